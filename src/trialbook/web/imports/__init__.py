"""Imports on the site: a file is received, compared with the ledger, shown, and then recorded as one act or not."""
