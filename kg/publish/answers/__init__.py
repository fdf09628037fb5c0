"""Cited answers: their identity, and what has become of them."""
