"""What guests do: vectors of guest events, recorded traces, and demand drawn with their statistics."""
