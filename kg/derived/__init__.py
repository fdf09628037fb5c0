"""What is made from a snapshot and can be made again: dumps, search index, change log."""
