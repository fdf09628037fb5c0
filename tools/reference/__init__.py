"""Generates the reference pages of docs/ from what they describe, and the site of docs/."""
