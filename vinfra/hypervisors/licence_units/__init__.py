"""What a licence is counted in. One unit is one file."""
