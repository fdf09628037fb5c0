"""What is made from a snapshot and can be made again: dumps, indexes, counts, sitemaps, the change log."""
