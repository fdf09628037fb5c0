"""Readers: all that is known of one kind of file that holds many captures; one module or room for each kind."""
