"""The site: what a study's people do in a browser, from the work list of today to the signature."""
