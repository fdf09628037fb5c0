"""Page languages: each turns the pages of an archive into records, and records into items."""
