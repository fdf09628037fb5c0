"""Figures of many events at once: SVG made from counts, points and days, with parts that are links.

Each function returns a whole ``figure`` element. It needs the style sheet ``figures.css`` and no script; with
``figures.js`` maps zoom and ranges of time can be drawn. Horizontally, everything except text and signs is in per cent,
so that a figure fills the width of the page while text keeps its size.
"""
