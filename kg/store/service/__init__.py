"""A SPARQL service elsewhere that holds the graphs of a store's snapshots: its client, loading, and what is where."""
