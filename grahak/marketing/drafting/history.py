"""A letter is changed one step at a time: nobody overwrites another unseen, every step can be taken back and done
again, and typing on in one place is one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.marketing.letters import closed
from grahak.marketing.letters.document import Document, parsed
from grahak.marketing.models import Letter, LetterStep

KEPT_STEPS = 60
ONE_STEP = dt.timedelta(seconds=20)  # words typed on in one place within this are one step


class Overtaken(ValueError):
    """Somebody else changed the letter since this page was drawn; LAST is their step (None: not known)."""

    def __init__(self, last: LetterStep | None) -> None:
        self.last = last
        super().__init__(_("Somebody else changed this letter meanwhile."))


def change(
    letter: Letter,
    edit: Callable[[Document], Any],
    *,
    by: User,
    version: int,
    page: str = "",
    place: str = "",
    anyway: bool = False,
) -> Letter:
    """EDIT the letter's document and keep it, as one step. VERSION is what the caller saw; a letter that somebody
    else changed since raises Overtaken, unless ANYWAY. PAGE names the caller's open page: its own changes never
    stand in its way. PLACE names what is typed at ("b3.ur"), empty for a step of its own. Raises BadDocument and
    what EDIT raises; then nothing is changed. Gives the letter as it is now."""
    with transaction.atomic():
        found = Letter.objects.select_for_update().get(pk=letter.pk)
        last = found.steps.order_by("at", "pk").last()
        if not anyway:
            _refuse_overtaken(found, last, version, page)
        before = found.document
        document = parsed(before)
        edit(document)
        after = parsed(document.as_json()).as_json()
        if after == before:
            return found
        closed.refuse(after, before, by=by)
        found.document = after
        if found.default_language not in after["languages"]:
            found.default_language = after["languages"][0]
        found.version += 1
        found.save(update_fields=["document", "default_language", "version", "updated_at"])
        _keep_step(found, before, last, by, page, place)
        return found


def _name(letter: Letter, page: str, place: str) -> str:
    return f"{letter.version}|{page}|{place}"[:80]


def _refuse_overtaken(letter: Letter, last: LetterStep | None, version: int, page: str) -> None:
    if version == letter.version:
        return
    if last is None or not page or not last.what.startswith(f"{letter.version}|{page}|"):
        raise Overtaken(last)


def _keep_step(
    letter: Letter, before: dict[str, Any], last: LetterStep | None, by: User, page: str, place: str
) -> None:
    letter.steps.filter(undone=True).delete()
    now = timezone.now()
    name = _name(letter, page, place)
    goes_on = (
        place
        and last is not None
        and not last.undone
        and last.by_id == by.pk
        and last.what.split("|")[1:] == [page, place]
        and now - last.at < ONE_STEP
    )
    if goes_on and last is not None:
        LetterStep.objects.filter(pk=last.pk).update(what=name, at=now)
        return
    LetterStep.objects.create(letter=letter, document=before, what=name, by=by, at=now)
    kept = letter.steps.order_by("-pk").values_list("pk", flat=True)[KEPT_STEPS : KEPT_STEPS + 1]
    for oldest in kept:
        letter.steps.filter(pk__lte=oldest).delete()
    audit.record("marketing.letter.edited", letter, by=by, place=place)


def undo(letter: Letter, *, by: User, page: str = "") -> bool:
    """Take the last step back, whoever made it. False where there is none."""
    return _swap(letter, letter.steps.filter(undone=False).order_by("pk").last(), by, page)


def redo(letter: Letter, *, by: User, page: str = "") -> bool:
    """Do again what was last taken back. False where there is nothing."""
    return _swap(letter, letter.steps.filter(undone=True).order_by("pk").first(), by, page)


def _swap(letter: Letter, wanted: LetterStep | None, by: User, page: str) -> bool:
    """Exchange the letter's document with the one that a step keeps."""
    if wanted is None:
        return False
    with transaction.atomic():
        found = Letter.objects.select_for_update().get(pk=letter.pk)
        step = LetterStep.objects.select_for_update().filter(pk=wanted.pk, undone=wanted.undone).first()
        if step is None:
            return False
        found.document, step.document = step.document, found.document
        found.version += 1
        found.save(update_fields=["document", "version", "updated_at"])
        step.undone = not step.undone
        step.at, step.what, step.by = timezone.now(), _name(found, page, ""), by
        step.save()
        audit.record("marketing.letter.edited", found, by=by, undone=step.undone)
    letter.document, letter.version, letter.updated_at = found.document, found.version, found.updated_at
    return True


def can_undo(letter: Letter) -> bool:
    """Whether there is a step to take back."""
    return letter.steps.filter(undone=False).exists()


def can_redo(letter: Letter) -> bool:
    """Whether there is one to do again."""
    return letter.steps.filter(undone=True).exists()
