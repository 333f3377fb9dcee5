"""Transports, one a file."""
