"""What the pages about participants stand on: words for how things stand, summaries, tables, the picture."""
