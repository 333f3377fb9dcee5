"""One kind of work on a host in each file."""
