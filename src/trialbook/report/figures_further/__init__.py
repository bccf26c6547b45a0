"""The figures beside the courses of the endpoints: each is drawn where its data are there, and else not at all."""
