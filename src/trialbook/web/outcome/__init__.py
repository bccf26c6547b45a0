"""What is taken out of the site as a whole: the report and the results, and the data, without who anybody is."""
