"""What the pages of treatment show, worked out from masked casebooks; the pages themselves stand in `pages`."""
