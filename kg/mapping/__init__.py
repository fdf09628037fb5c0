"""Turns records and events into quads, and quads back into pages."""
