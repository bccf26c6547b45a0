"""What happened, by whom and when: the ledger, the acts that write it, and the people who may."""
