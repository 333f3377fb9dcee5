"""Inventories as people write them down: readers, and what they read with; inventories without names."""
