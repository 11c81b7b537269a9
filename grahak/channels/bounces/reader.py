"""Reads the bounce mailbox: what is new since the place it got to, in groups. Each group is taken over and the place
moved on in one durable commit; only then are the mails flagged or moved. So a kill at any moment loses nothing, and
counts nothing twice: what is fetched again is known."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from functools import partial

from django.db.models import Q
from django.utils import timezone
from imapclient import SEEN, IMAPClient, exceptions

from grahak.channels.bounces import imap, intake
from grahak.channels.bounces.parse import What
from grahak.channels.contract import Unreachable
from grahak.channels.models import AsideReason, BounceMailbox

logger = logging.getLogger("grahak.bounces")
GROUP = 50  # mails a commit
FIRST_LOOK = dt.timedelta(days=14)  # a mailbox seen for the first time may be years old
_PART = f"BODY.PEEK[]<0.{intake.MOST_BYTES}>"
_OURS = (What.BOUNCE, What.COMPLAINT, What.DELAY, What.UNREADABLE)


def current() -> BounceMailbox | None:
    """The mailbox to read, or None where there is none or it is switched off."""
    return BounceMailbox.objects.filter(is_on=True).order_by("pk").first()


def look(box: BounceMailbox) -> int:
    """Try the account out: log in and open the folders. Raises Unreachable; gives the number of mails in the folder."""
    try:
        with imap.opened(box) as client:
            if box.done_folder:
                imap.choose(client, box.done_folder)
            return imap.choose(client, box.folder)[1]
    except (*imap.BROKEN, exceptions.IMAPClientError) as error:
        raise Unreachable(str(error)) from error


def read(box: BounceMailbox, stop: threading.Event | None = None) -> int:
    """Read what is new. Returns how many mails that were. Raises Unreachable; what was read until then is kept."""
    try:
        with imap.opened(box) as client:
            return _read_folder(client, box, stop or threading.Event())
    except Unreachable as error:
        _note(box, str(error))
        raise
    except (*imap.BROKEN, exceptions.IMAPClientError) as error:
        _note(box, str(error))
        raise Unreachable(str(error)) from error


def _read_folder(client: IMAPClient, box: BounceMailbox, stop: threading.Event) -> int:
    validity, _many = imap.choose(client, box.folder)
    box.refresh_from_db()
    if box.uidvalidity == validity:
        uids = client.search(["UID", f"{box.last_uid + 1}:*"])
        new = sorted(
            uid for uid in uids if uid > box.last_uid
        )  # "n:*" names the last one even when it is old
    else:  # seen for the first time, or the server counts anew: the reports know what they know
        since = (timezone.now() - FIRST_LOOK).date()
        new = sorted(client.search(["SINCE", since]))
        _move_on(box, validity, 0, anew=True)
    done = 0
    for start in range(0, len(new), GROUP):
        if stop.is_set():
            break
        group = new[start : start + GROUP]
        mails = _fetch(client, group)
        kinds = intake.take(list(mails.values()), partial(_move_on, box, validity, group[-1]))
        done += len(mails)
        _put_away(client, box, [uid for uid, kind in zip(mails, kinds, strict=True) if kind in _OURS])
    _note(box, "")
    return done


def _fetch(client: IMAPClient, uids: Sequence[int]) -> dict[int, bytes]:
    """The mails, without marking them as seen. One whose answer cannot be read must not hold up the others for ever:
    it is set aside by its number."""
    try:
        return _contents(client, uids)
    except exceptions.ProtocolError:
        raise
    except exceptions.IMAPClientError:
        found: dict[int, bytes] = {}
        for uid in uids:
            try:
                found |= _contents(client, [uid])
            except exceptions.IMAPClientError as error:
                name = f"UID {uid}".encode()
                intake.set_aside(intake.SOURCE, "", name, AsideReason.NOT_MAIL, detail=str(error))
        return found


def _contents(client: IMAPClient, uids: Sequence[int]) -> dict[int, bytes]:
    told = client.fetch(list(uids), [_PART])
    return {uid: told[uid].get(b"BODY[]<0>", b"") or b"" for uid in uids if uid in told}


def _move_on(box: BounceMailbox, validity: int, uid: int, *, anew: bool = False) -> None:
    """Keep the place to go on from; another reader that is further is not set back."""
    rows = BounceMailbox.objects.filter(pk=box.pk)
    if not anew:
        rows = rows.filter(Q(last_uid__lt=uid), uidvalidity=validity)
    rows.update(uidvalidity=validity, last_uid=uid)


def _put_away(client: IMAPClient, box: BounceMailbox, uids: Sequence[int]) -> None:
    """Flag as seen, or move, what was a bounce or a complaint; letters of people are left alone."""
    if not uids:
        return
    client.add_flags(list(uids), [SEEN], silent=True)
    if not box.done_folder:
        return
    if client.has_capability("MOVE"):
        client.move(list(uids), box.done_folder)
    else:
        client.copy(list(uids), box.done_folder)
        client.delete_messages(list(uids), silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(list(uids))


def _note(box: BounceMailbox, trouble: str) -> None:
    now = timezone.now()
    BounceMailbox.objects.filter(pk=box.pk).update(trouble=trouble[:300], checked_at=now)
