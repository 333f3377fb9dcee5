"""One rule for when a host is overloaded in each file."""
