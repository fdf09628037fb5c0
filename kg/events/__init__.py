"""Events: the items that pages list, followed through time, and the ledger that names them for good."""
