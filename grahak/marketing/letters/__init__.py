"""E-mails made of blocks: what a letter may hold, how it becomes the HTML and the text of a mail, and what is
checked before it goes out."""
