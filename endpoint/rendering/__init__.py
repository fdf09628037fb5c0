"""Rendering of pages, independent of requests: templates, the frame of every page, and the files that pages use."""
