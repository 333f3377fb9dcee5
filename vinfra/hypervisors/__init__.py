"""Hypervisors: techniques, the products that have them, and what they cost."""
