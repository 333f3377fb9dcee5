"""Hosts run together: who is on, which VM is where, and every part that decides about it."""
