"""Simulated time, fluid sharing, epochs, random streams and the recorder; knows no host."""
