"""Lists of events and answers of queries, in formats for other programs: one writer for each."""
