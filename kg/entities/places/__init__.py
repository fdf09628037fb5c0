"""Places: the gazetteer, what their names tell, and which of them an item names."""
