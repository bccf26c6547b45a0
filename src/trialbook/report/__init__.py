"""Results to a document: every number quoted by the id of its result. Nothing is computed here."""
