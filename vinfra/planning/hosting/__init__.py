"""The hosts of a target: what machines ask of them, how they are placed, racks, power."""
