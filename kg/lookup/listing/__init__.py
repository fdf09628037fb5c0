"""The list of events: an index gathered from the graph, and its answers to filters."""
