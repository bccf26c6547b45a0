"""How dates are written, by language: no day that can be read as a month."""
