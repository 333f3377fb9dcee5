"""Kinds of faults, one a file."""
