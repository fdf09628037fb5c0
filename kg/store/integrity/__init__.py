"""Whether a store is what was written: each of its files is covered by one check, and each check says what to do."""
