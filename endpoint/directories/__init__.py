"""The directories: what there is of places, people, stories, topics, publishers and categories."""
