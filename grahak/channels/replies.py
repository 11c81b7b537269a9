"""What a mail server's refusal means: is the address dead, or is it something else?"""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_BASIC = re.compile(r"\b([245]\d\d)\b")
_POLICY = re.compile(r"relay|spam|block|denied|policy|reputation", re.IGNORECASE)


def is_address_dead(code: int, message: str) -> bool:
    """Whether a refusal of a recipient means that the address does not exist (RFC 3463 class 5.1), rather
    than a policy (5.7: relaying, blocked), a full box (5.2) or size. Without an enhanced code 550, 551 and
    553 do."""
    if found := _ENHANCED.search(message):
        of, subject, detail = found.groups()
        return of == "5" and subject == "1" and detail not in ("7", "8")  # .7 and .8 speak of the sender
    return code in (550, 551, 553) and not _POLICY.search(message)


def is_bounce_dead(words: str) -> bool:
    """The same for the words of a bounce in a log, which hold the code somewhere."""
    found = _BASIC.search(words)
    return is_address_dead(int(found.group(1)) if found else 0, words)
