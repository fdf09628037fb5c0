"""Verifies that a store is intact: each of its files is covered by one check, and each check says what to do."""
