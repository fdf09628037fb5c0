"""Finds things by name: the index of titles and names, searching, and reconciliation."""
