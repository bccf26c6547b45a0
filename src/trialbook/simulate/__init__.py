"""Rehearsal: invented participants, run through the same acts that a real study uses."""
