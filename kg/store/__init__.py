"""Stores: the folder of a dataset, its snapshots, those of the past, and its ledger."""
