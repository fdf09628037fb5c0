"""Writing: updates, uploads, the log of writes, and the one process that writes."""
