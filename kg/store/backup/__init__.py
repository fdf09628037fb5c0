"""Backups: everything in a store that cannot be made again, in one file with a list of its content."""
