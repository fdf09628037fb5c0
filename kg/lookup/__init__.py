"""Lookups, answers made from many patterns: descriptions, mementos, search, statistics, reconciliation."""
