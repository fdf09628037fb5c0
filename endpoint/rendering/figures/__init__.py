"""What pages show of many events at once: figures in SVG, made of counts, points and days, whose parts are links.

Each function returns a whole ``figure`` element. It needs the style sheet ``figures.css`` and no script; with
``figures.js`` maps zoom and ranges of time can be drawn. Across, all but text and signs is in per cent, so that a
figure is as wide as the page leaves room for and text stays as large as text.
"""
