"""The drawing kit: marks as values, placed in points of paper, and written as SVG or as a picture."""
