"""The pages of things: places, people, stories, topics, publishers and categories."""
