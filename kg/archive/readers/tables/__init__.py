"""Readers of tables: files with a record for each event, read by a mapping of their columns."""
