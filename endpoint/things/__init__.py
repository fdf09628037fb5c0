"""The pages of what events have: places, people, stories, topics, publishers and categories."""
