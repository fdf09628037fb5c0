"""Rules of sentence structure: which sentences say that an event happened at a place that they name."""
