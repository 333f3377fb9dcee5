"""Products and rules that start backups through the API, one a file."""
