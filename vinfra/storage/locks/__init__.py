"""Kinds of locks on metadata, one a file."""
