"""Readers: everything known about one kind of file that holds many captures; one module or room for each kind."""
