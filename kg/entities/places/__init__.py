"""Places: the gazetteer, what their names mean, and which of them an item names."""
