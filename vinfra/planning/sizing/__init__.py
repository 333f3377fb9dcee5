"""What each machine needs, and what that rests on."""
