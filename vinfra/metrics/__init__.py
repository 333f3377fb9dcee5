"""What a run is measured by: one family of metrics in each file."""
