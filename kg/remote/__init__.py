"""Clients of other hosts: which addresses may be asked, and within what time."""
