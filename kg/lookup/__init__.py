"""Answers made of many patterns: descriptions, mementos, search, statistics, reconciliation."""
