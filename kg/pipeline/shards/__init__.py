"""Shards: the graph of archives as sorted files, by month, and by range for what many months name."""
