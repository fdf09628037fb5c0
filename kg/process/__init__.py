"""Other processes: confined children, the frames they talk in, pools, and programs that are run once."""
