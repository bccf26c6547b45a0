"""Versions of the study on the site: what is in force, what waits, and what it would change."""
