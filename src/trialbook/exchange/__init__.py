"""Foreign files in: tables are read, a map says what their columns mean, and rows of answers come out."""
