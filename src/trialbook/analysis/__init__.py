"""What was recorded, as frames; what the plan asks of them, as result rows that lead back to the entries."""
