"""One way to write down an inventory in each file."""
