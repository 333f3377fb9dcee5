"""One trace format in each file."""
