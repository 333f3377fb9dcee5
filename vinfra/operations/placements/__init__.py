"""One rule for where VMs start in each file."""
