"""What happens in nights: machines move in waves, and are backed up."""
