"""A served dataset -> a snapshot that is the same, statement by statement: a mirror, which proves itself by a root."""
