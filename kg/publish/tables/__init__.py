"""Tables of a snapshot for data frames and SQL: Parquet and CSV, with descriptions."""
