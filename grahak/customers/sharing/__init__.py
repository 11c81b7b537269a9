"""Customers shared with a colleague or a team whose role does not reach them: for a time, seen by all, on the log."""
