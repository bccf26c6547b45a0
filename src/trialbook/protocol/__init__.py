"""What is planned: the study file, read and checked, as a `Study`."""
