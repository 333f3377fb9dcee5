"""Ways to move a running VM or its disk, one to a file."""
