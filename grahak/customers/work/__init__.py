"""Daily work: what is to be done today, the calendar, calls, reminders and the feed of a person's calendar."""
