"""What a run shows: the comparison on a terminal, the page, and the files that other programs read."""
