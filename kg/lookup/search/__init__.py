"""Things by their names: the index of titles and names, searching, and reconciliation."""
