"""Clients of other hosts: which addresses may be asked, within which time."""
