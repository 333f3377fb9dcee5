"""Placing machines on hosts that are alike: loads, fewest hosts by arithmetic, heuristics, and an optimiser."""
