"""Worker processes that answer requests, their admission, and the table of operations."""
