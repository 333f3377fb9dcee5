"""One way of an I/O from a guest to a device in each file."""
