"""Tables of a snapshot for those who work with data frames and SQL: Parquet and CSV, with what describes them."""
