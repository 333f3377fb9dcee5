"""Evidence: the models held against published measurements, number by number."""
