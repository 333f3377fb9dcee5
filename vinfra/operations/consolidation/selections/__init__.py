"""One rule for which VM leaves an overloaded host in each file."""
