"""Where VMs start."""
