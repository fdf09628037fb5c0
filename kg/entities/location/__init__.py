"""Does the sentence of an event say that it happened at a place that it names? Rules of sentence structure."""
