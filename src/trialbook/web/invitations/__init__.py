"""Invitations: how a participant gets to the questionnaires of one visit, on a tablet or by a one-time link."""
