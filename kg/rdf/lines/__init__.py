"""Lines of N-Triples, N-Quads and RDF Patch: sorted, in blocks by subject, merged, and compared."""
