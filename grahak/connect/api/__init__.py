"""The REST API: every record of the business over HTTP, by the same rights and the same actions as on screen."""
