"""Backups: all of a store that cannot be made again, in one file that says what is in it."""
