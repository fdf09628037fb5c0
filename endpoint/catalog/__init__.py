"""The catalogue, its dumps and its snapshots."""
