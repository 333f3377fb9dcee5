"""One rule for how a host's draw follows its load in each file."""
