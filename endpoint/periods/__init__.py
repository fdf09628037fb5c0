"""The pages of weeks, and of one day in all years."""
