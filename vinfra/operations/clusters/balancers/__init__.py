"""One rule for which VMs change hosts in each file."""
