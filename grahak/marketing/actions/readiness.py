"""What must be mended before a campaign can be sent, and whether it may still be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from grahak.channels.email import accounts
from grahak.marketing import rendering
from grahak.marketing.models import Campaign, Stage
from grahak.marketing.words import liquid
from grahak.marketing.words.people import names


class NotReady(ValueError):
    """The campaign cannot be sent yet; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem.what) for problem in problems))


class OnItsWay(ValueError):
    """A campaign that was sent, or waits for its time or for a second person's word, cannot be changed."""


@dataclass(frozen=True)
class Problem:
    """Something to mend before sending; LANGUAGE and FIELD say where ("subject", "body", or empty)."""

    what: str
    language: str = ""
    field: str = ""


def still_draft(campaign: Campaign) -> None:
    """Raises OnItsWay for anything but a draft, with what to do about it."""
    match campaign.stage:
        case Stage.DRAFT:
            return
        case Stage.ASKED:
            raise OnItsWay(_("It waits for approval. Take the question back to change it."))
        case Stage.SCHEDULED | Stage.LATE:
            raise OnItsWay(_("It waits for its time. Take it off the schedule to change it."))
        case Stage.ARCHIVED:
            raise OnItsWay(_("It is put away. Bring it back to change it."))
        case _:
            raise OnItsWay(_("This message was sent; it cannot be changed any more."))


def problems(campaign: Campaign) -> list[Problem]:
    """Everything that must be mended before it can be sent, in the order of the page."""
    texts = rendering.texts_of(campaign)
    found = []
    if campaign.default_language not in texts:
        found.append(Problem(_("Nothing is written yet."), campaign.default_language, "body"))
    for language, text in texts.items():
        for field, source in (("subject", text.subject), ("body", text.source)):
            if not source.strip():
                what = _("The subject is empty.") if field == "subject" else _("The text is empty.")
                found.append(Problem(what, language, field))
            found += [
                Problem(str(mistake), language, field) for mistake in liquid.mistakes_in(source, names())
            ]
    if accounts.current() is None:
        found.append(Problem(_("There is no mail account yet: the owner can set it up in Settings.")))
    return found
