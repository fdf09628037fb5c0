"""Fetching pages of current events from a wiki into an archive folder, and from there into a git repository."""
