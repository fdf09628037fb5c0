"""Lists of events in formats that other programs read: rows out of a graph, and one writer for each format."""
