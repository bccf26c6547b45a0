"""Keeping a study safe: backups, restoring, archives, and heads that are kept elsewhere."""
