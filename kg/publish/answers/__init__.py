"""Answers that are cited: what names them, and what has become of them."""
