"""The networks of a scenario as one networkx graph, and the routes over it."""
