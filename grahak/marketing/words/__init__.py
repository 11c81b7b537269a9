"""The words of a campaign: the template language, what may be said about a person, and the mail made of
it."""
