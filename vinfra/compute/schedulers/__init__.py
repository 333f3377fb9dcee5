"""One CPU scheduler of a hypervisor in each file."""
