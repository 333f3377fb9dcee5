"""Consolidation: VMs leave hosts that are overloaded, and hosts that do little are emptied."""
