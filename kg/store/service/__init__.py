"""A remote SPARQL service that holds the graphs of a store's snapshots: its client, loading, and bookkeeping."""
