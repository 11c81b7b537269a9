"""Permissions when people turn out to be one, and when they are told apart again: the stricter statement holds, and a
"no" is never lost on either side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core.events import announce
from grahak.customers.merging.chain import live
from grahak.customers.merging.journal import Journal
from grahak.customers.merging.people import identities_of, reached
from grahak.customers.models import Consent, ConsentState, Merge, MergeChange, Wish

LABEL = "customers.Consent"
_WAYS = {"email": "email", "whatsapp": "phone", "sms": "phone", "phone": "phone"}  # channel → kind of address


def strictness(row: Consent) -> tuple[bool, dt.datetime, int]:
    """The greatest of several statements is the one that holds: a no before a yes, then the newest."""
    return row.state == ConsentState.WITHDRAWN, row.at, row.pk


def fold(journal: Journal, gone: int, kept: int) -> None:
    """Before the statements of contact GONE go to contact KEPT: of each two that hold, the stricter goes on."""
    rows = list(Consent.objects.filter(contact_id__in=(gone, kept), is_current=True))
    by_key: dict[tuple[str, str], list[Consent]] = {}
    for row in rows:
        by_key.setdefault((row.channel, row.purpose), []).append(row)
    for (channel, purpose), both in by_key.items():
        if len(both) < 2:
            continue
        loser, winner = sorted(both, key=strictness)
        journal.change(loser, is_current=False)
        if loser.contact_id == kept and loser.state != winner.state:
            _ended(kept, channel, purpose)


def _ended(contact: int, channel: str, purpose: str) -> None:
    if purpose == "offers":
        announce("customers.contact.unsubscribed", contact_id=contact, channel=channel)


def wishes(journal: Journal, gone: int, kept: int) -> None:
    """Of two people's wishes for fewer messages or a pause, the one that keeps more away."""
    both = {row.contact_id: row for row in Wish.objects.filter(contact_id__in=(gone, kept))}
    if len(both) < 2:
        return  # the only one goes along with its contact
    pauses = [row.paused_until for row in both.values() if row.paused_until]
    journal.change(
        both[kept], fewer=both[gone].fewer or both[kept].fewer, paused_until=max(pauses, default=None)
    )


def same_address(journal: Journal, moved: Iterable[int], customer: int) -> None:
    """Contacts that stay two but share an address: a no of one on that channel is a no of the other."""
    came = set(moved)
    if not came:
        return
    found = identities_of([customer])
    rows = Consent.objects.filter(contact__customer_id=customer, is_current=True).select_related("contact")
    held = list(rows)
    said: dict[tuple[int, str, str], Consent] = {
        (row.contact_id, row.channel, row.purpose): row for row in held
    }
    for row in held:
        if row.state != ConsentState.WITHDRAWN:
            continue
        way = _WAYS.get(row.channel, row.channel)
        mine = {value for kind, value in reached(found.get(row.contact_id, [])) if kind == way}
        for other in found:
            if other == row.contact_id or (other in came) == (row.contact_id in came):
                continue
            theirs = said.get((other, row.channel, row.purpose))
            if theirs is None or theirs.state == ConsentState.WITHDRAWN:
                continue
            if mine & {value for kind, value in reached(found[other]) if kind == way}:
                journal.change(theirs, is_current=False)
                said[other, row.channel, row.purpose] = _no(
                    journal, other, row, _("The same number or address said no, at %(name)s")
                )  # fmt: skip


def _no(journal: Journal, contact: int, said: Consent, how: str) -> Consent:
    made = Consent.objects.create(
        contact_id=contact, channel=said.channel, purpose=said.purpose, state=ConsentState.WITHDRAWN, at=said.at,
        by=said.by, how=(how % {"name": said.contact.name})[:200], notice=said.notice,
    )  # fmt: skip
    journal.made(made)
    _ended(contact, said.channel, said.purpose)
    return made


def part(merge: Merge, gone: int, kept: int, back: Iterable[int]) -> None:
    """When the statements BACK go to contact GONE again, of contact KEPT (whoever that is now): each side gets what
    held for it before, and a no that was said meanwhile holds for both."""
    ids = set(back)
    before = list(Consent.objects.filter(contact_id=kept).select_related("contact"))
    held = {(row.channel, row.purpose): row for row in before if row.is_current}
    losers = _losers()
    Consent.objects.filter(pk__in=ids).update(contact_id=gone)
    mine = [row for row in before if row.pk not in ids]
    theirs = list(Consent.objects.filter(contact_id=gone))
    for key in {(row.channel, row.purpose) for row in theirs}:
        of_gone = [row for row in theirs if (row.channel, row.purpose) == key]
        of_kept = [row for row in mine if (row.channel, row.purpose) == key]
        _hold(of_gone, losers)
        _hold(of_kept, losers)
    for last in held.values():
        if last.pk not in ids and last.at > merge.at and last.state == ConsentState.WITHDRAWN:
            _no_since(gone, last)


def settle(merge: Merge) -> None:
    """After rows that MERGE made were taken away: where a contact has statements and none holds, one does again."""
    touched = MergeChange.objects.filter(merge=merge, table=LABEL).values_list("row", flat=True)
    contacts = set(Consent.objects.filter(pk__in=list(touched)).values_list("contact_id", flat=True))
    by_key: dict[tuple[int, str, str], list[Consent]] = {}
    for row in Consent.objects.filter(contact_id__in=contacts):
        by_key.setdefault((row.contact_id, row.channel, row.purpose), []).append(row)
    losers = _losers()
    for rows in by_key.values():
        _hold(rows, losers)


def _losers() -> set[int]:
    """Statements that hold no more because of a merge, and for no other reason."""
    rows = MergeChange.objects.filter(merge__in=live(), table=LABEL, kind="changed")
    return set(rows.values_list("row", flat=True))


def _hold(rows: list[Consent], losers: set[int]) -> None:
    """One statement of these holds: the one that does, else the strictest of those that a merge ended and the
    newest."""
    if not rows or any(row.is_current for row in rows):
        return
    newest = max(rows, key=lambda row: (row.at, row.pk))
    choice = max([newest, *(row for row in rows if row.pk in losers)], key=strictness)
    Consent.objects.filter(pk=choice.pk).update(is_current=True)
    choice.is_current = True


def _no_since(gone: int, said: Consent) -> None:
    rows = Consent.objects.filter(
        contact_id=gone, channel=said.channel, purpose=said.purpose, is_current=True
    )
    if rows.filter(state=ConsentState.WITHDRAWN).exists():
        return
    rows.update(is_current=False)
    how = _("Said no while both records were one, at %(name)s") % {"name": said.contact.name}
    Consent.objects.create(
        contact_id=gone, channel=said.channel, purpose=said.purpose, state=ConsentState.WITHDRAWN, at=timezone.now(),
        by=said.by, how=how[:200], notice=said.notice,
    )  # fmt: skip
    _ended(gone, said.channel, said.purpose)
