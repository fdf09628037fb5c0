"""Rules of sentence structure that decide whether an event happened at a place that its sentence names."""
