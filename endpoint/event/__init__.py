"""Pages about one event: the event itself, its wordings, and their differences."""
