"""Experiments that repeat published measurements; one family in each file."""
