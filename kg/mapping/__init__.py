"""Records and events -> quads, and pages from their quads again."""
