"""Places: what a title or a printed label names, by an offline gazetteer."""
