"""Accounts: who may sign in, how, and what became of each try. What a person may do stands in the ledger."""
