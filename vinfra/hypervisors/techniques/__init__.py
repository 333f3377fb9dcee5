"""One way to virtualize a processor in each file."""
