"""Turns documents of a shop into our records. Each is a function of the newest states that we know, so that the
same messages in any order, and any of them twice, end in the same records."""
