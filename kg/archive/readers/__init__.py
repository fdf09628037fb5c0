"""Readers, each of which holds everything known about one kind of capture file, in a module or room of its own."""
