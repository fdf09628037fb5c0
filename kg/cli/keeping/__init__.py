"""The commands that keep a store: what it is, whether it is whole, its snapshots and its ledger."""
