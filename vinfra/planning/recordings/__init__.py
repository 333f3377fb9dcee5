"""Recordings of use: readers, and what puts many machines on one grid."""
