"""Archives -> shards: the graph as sorted files, by month, and by range of what many months name."""
