"""Artefacts derived from a snapshot: dumps, indexes, counts, sitemaps, the change log."""
