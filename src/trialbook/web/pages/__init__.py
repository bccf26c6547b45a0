"""The pages, one file a place in the day."""
