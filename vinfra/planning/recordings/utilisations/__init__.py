"""One form of recording in each file."""
