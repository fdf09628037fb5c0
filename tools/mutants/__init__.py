"""Small faults put into the core rooms, one at a time, to see whether a test notices (``make mutants``)."""
