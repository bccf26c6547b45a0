"""How the site is watched over: health, numbers, and its log."""
