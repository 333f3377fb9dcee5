"""The scenario language, its checks, points, claims and results; world.py alone knows every room."""
