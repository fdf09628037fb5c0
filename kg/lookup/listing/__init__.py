"""The list of events: an index that is gathered from the graph, and what it answers to a filter."""
