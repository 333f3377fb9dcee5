"""Estates nobody has, drawn: for teachers, for tests, and to see how a plan is made."""
