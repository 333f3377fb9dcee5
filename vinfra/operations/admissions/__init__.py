"""One rule for which VMs a cluster admits in each file."""
