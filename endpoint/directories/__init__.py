"""The directories: lists of places, people, stories, topics, publishers and categories."""
