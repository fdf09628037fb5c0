"""Queries that others answer: an endpoint that a command names, and the service that has the graph of a store."""
