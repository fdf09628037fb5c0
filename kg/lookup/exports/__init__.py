"""Lists of events and answers of queries, in formats that other programs read: one writer for each."""
