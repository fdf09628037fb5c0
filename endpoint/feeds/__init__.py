"""Feeds of what changes: Atom, ActivityStreams, Linked Data Event Streams."""
