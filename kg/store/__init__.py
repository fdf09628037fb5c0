"""Stores: the folder of a dataset, its snapshots, including those of the past, and its ledger."""
