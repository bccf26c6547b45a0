"""Parts of a document and how they are drawn; nothing here knows a study."""
