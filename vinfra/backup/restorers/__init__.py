"""Ways back from a restore point, one a file."""
