"""Ways to commit a snapshot, one a file."""
