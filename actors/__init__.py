"""The floor for Ray, and nothing but Ray: vinfra never imports it, and what it adds reaches the command line by entry
point.

No runner is built yet. One takes the jobs of vinfra.scenario.runner.Runner and yields their points; the same scenario
gives the same digest.
"""
