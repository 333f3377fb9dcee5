"""The plan under trial: as a scenario, simulated, and where it hurts."""
