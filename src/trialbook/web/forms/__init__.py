"""Forms: from what the study file plans to what a page shows, and from what a page sends to what is recorded."""
