"""The floor for Ray, and nothing but Ray: vinfra never imports it, and what it adds reaches the command line by the
entry point group vinfra.runners.

What to do is decided by a pure coordinator: events in, instructions out, no input or output and no clock. The shell
around it only sends and receives.
"""
