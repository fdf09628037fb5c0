"""Mirrors: a snapshot equal to a served dataset, statement by statement, as the root of its hash tree proves."""
