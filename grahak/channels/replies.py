"""What a mail server's refusal means: is the address dead, or is it something else? By the rules for everything that
comes back (channels.bounces.status)."""

from __future__ import annotations

from grahak.channels.bounces import status


def is_address_dead(code: int, message: str) -> bool:
    """Whether a refusal of a recipient means that the address does not exist, rather than a policy, a full mailbox or
    the mail's size."""
    return code >= 500 and status.verdict("", message, code) == status.HARD


def is_bounce_dead(words: str) -> bool:
    """The same for the words of a bounce in a log, which hold the code somewhere."""
    return status.verdict("", words) == status.HARD
