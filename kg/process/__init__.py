"""Other processes: confined children, the frames they exchange, pools, and programs that are run once."""
