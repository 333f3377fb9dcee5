"""What breaks, when, and for how long: one kind of fault a file in kinds/."""
