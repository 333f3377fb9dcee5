"""Measurements: ratios within one run, because machines are shared and noisy. `make bench`; never part of the tests."""
