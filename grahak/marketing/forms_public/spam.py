"""Tells what a machine filled in, without asking anybody outside. What looks so is kept apart, where a person sees it
and may take it in after all; it is never lost, and its sender is told nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grahak.channels.links_public.machines import is_robot
from grahak.marketing.forms_public.stamps import Stamp
from grahak.marketing.models import Form, Submission

REASONS: Final[dict[str, Any]] = {
    "honeypot": _("filled in a box that people do not see"),
    "haste": _("was filled in within two seconds"),
    "stamp": _("did not come from the form's own page"),
    "replay": _("the same page was sent before, with something else"),
    "links": _("brings links as adverts do"),
    "robot": _("the program says itself that it is a machine"),
    "flood": _("too much came from the same place"),
    # why a waiting one was not asked; none of these is a machine's mark
    "asked": _("this address was asked already today"),
    "unanswered": _("this address was asked three times and never answered"),
    "barred": _("this address is never written to"),
    "failed": _("our mail could not be sent"),
}
FASTEST: Final = dt.timedelta(seconds=2)
OLDEST: Final = dt.timedelta(hours=24)
HONEYPOT: Final = "website"
_LINK = re.compile(
    r"https?:|www\.|\[url|<a\s|\b[\w-]+\.(?:ru|top|xyz|click|icu|shop|online)\b", re.IGNORECASE
)
MOST_LINKS: Final = 2


def suspicion(
    form: Form, answers: Mapping[str, Any], *, stamp: Stamp | None, honeypot: str, agent: str
) -> str:
    """A code of REASONS, or "" where nothing tells of a machine."""
    if honeypot.strip():
        return "honeypot"
    if stamp is None or stamp.form != form.pk:
        return "stamp"
    if stamp.age < FASTEST:
        return "haste"
    if is_robot(agent):
        return "robot"
    if Submission.objects.filter(stamp=stamp.nonce).exists():
        return "replay"
    return "links" if has_links(answers) else ""


def has_links(answers: Mapping[str, Any]) -> bool:
    """Whether a name or town holds a link, or a question more than two."""
    for name, value in answers.items():
        found = len(_LINK.findall(str(value))) if name != "email" else 0
        if found > (MOST_LINKS if name == "message" else 0):
            return True
    return False
