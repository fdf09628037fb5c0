"""Fetching: pages of current events, from a wiki into an archive folder, and from that into a git repository."""
