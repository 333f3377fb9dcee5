"""Hardware: processors, servers and their power."""
