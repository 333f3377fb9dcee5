"""From an inventory to a plan: what is there, what it needs, what it costs, where it hurts."""
