"""What monitors and data managers look at: the trail, comparison with the source, seals, the quality of the data."""
