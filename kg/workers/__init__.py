"""Worker processes that answer, their admission, and the table of what they can be asked."""
