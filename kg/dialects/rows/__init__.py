"""The dialect of rows: a day of a table of events, in a format of newsgraph that readers of tables write."""
