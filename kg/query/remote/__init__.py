"""Queries that other servers answer: an endpoint that a command names, or the service that holds a store's graph."""
