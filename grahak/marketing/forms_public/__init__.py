"""The shop's forms as strangers meet them: what is asked, what comes in, what is a machine's, the mail that asks once
more, and what a person becomes who answered it."""
