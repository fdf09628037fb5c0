"""Documents about resources: descriptions, mementos, the JSON-LD context, the vocabulary."""
