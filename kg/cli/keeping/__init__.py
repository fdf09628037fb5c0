"""The commands for keeping a store: what it holds, whether it is whole, its snapshots and its ledger."""
