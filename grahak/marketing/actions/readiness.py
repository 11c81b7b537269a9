"""What must be mended before a campaign can be sent, and whether it may still be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grahak.channels.email import accounts
from grahak.channels.models import TemplateUse
from grahak.marketing import rendering
from grahak.marketing.letters import closed
from grahak.marketing.letters.checks import checks
from grahak.marketing.models import Campaign, Stage
from grahak.marketing.renderers import preflight


class NotReady(ValueError):
    """The campaign cannot be sent yet; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem.what) for problem in problems))


class OnItsWay(ValueError):
    """A campaign that was sent, or waits for its time or for a second person's word, cannot be changed."""


@dataclass(frozen=True)
class Problem:
    """Something to mend; LEVEL "stop" before sending, "warn" better so. LANGUAGE, BLOCK and FIELD say where ("subject",
    "body", …, or empty), VARIANT in whose own template."""

    what: str
    language: str = ""
    field: str = ""
    level: str = "stop"
    block: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return self.what


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


def problems(campaign: Campaign, by: Any = None) -> list[Problem]:
    """Everything to mend before BY sends it, in the order of the page; what stops it first. BY None: what does not hang
    on who sends it."""
    if campaign.channel == "email":
        found = [
            Problem(check.what, check.language, check.field, check.level, check.block)
            for check in checks(campaign)
        ]
        if accounts.current() is None:
            found.append(Problem(_("There is no mail account yet: the owner can set it up in Settings.")))
    else:
        found = [
            Problem(one.what, one.language, one.field, one.level, variant=one.variant)
            for one in preflight.found_in(campaign)
        ]
    if names := closed.closed_in(_said(campaign), by):
        found.append(Problem(closed.sentence(names)))
    return sorted(found, key=lambda one: one.level != "stop")


def _said(campaign: Campaign) -> list[Any]:
    """All that CAMPAIGN says, on whichever channel."""
    uses = TemplateUse.objects.filter(renderer=rendering.NAME, subject_id=campaign.pk)
    return [
        *(letter.document for letter in rendering.letters_of(campaign)),
        *campaign.variants.values_list("subjects", flat=True),
        *campaign.texts.values_list("body", flat=True),
        *uses.values_list("data", flat=True),
    ]
