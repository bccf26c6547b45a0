"""Qualify an installation: the program's own checks, carried out where it stands, and the document that tells them."""
