"""One way to build restore points on each other in each file."""
