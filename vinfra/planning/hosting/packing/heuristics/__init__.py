"""One rule for placing machines in each file."""
