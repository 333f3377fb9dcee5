"""One way a guest uses its virtual processors in each file."""
