"""Kinds of backup, one a file."""
