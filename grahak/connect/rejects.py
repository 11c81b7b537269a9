"""What was sent to us and could not be kept: told in words, tried again, thrown away after thirty days."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.connect.digest import identity
from grahak.connect.intake import envelope, reading, stores
from grahak.connect.intake.refusals import REASONS, BadRequest, Refusal
from grahak.connect.intake.visitors import Visitors
from grahak.connect.intake.writer import write
from grahak.core import audit
from grahak.core.models import User
from grahak.customers.models import Event, Rejected, Source

logger = logging.getLogger("grahak.rejects")
KEPT: Final = dt.timedelta(days=30)
AT_ONCE: Final = 500
_OURS: Final = {
    "not_kept": _("It came in, but what it tells could not be kept."),
    "host": _("This page may not send."),
}
DOORS: Final = {
    "intake": _("Events"),
    "digest": _("Events, when they were worked on"),
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "till": _("Till"),
}


def reason(row: Rejected) -> Any:
    """Why, in words; the code where nobody wrote them."""
    return REASONS.get(row.reason) or _OURS.get(row.reason) or row.reason


def again(row: Rejected) -> bool:
    """Try one once more, as if it came in now but dated when it came. True where it is kept now; else the newest
    reason stands on the row. One that was kept already stays so."""
    attempt = _TRIES.get(row.door)
    if row.replayed_at is not None or attempt is None:
        return row.replayed_at is not None
    try:
        with transaction.atomic():
            locked = Rejected.objects.select_for_update().get(pk=row.pk)
            if locked.replayed_at is not None:
                return True
            attempt(locked)
            locked.replayed_at = timezone.now()
            locked.save(update_fields=["replayed_at"])
        return True
    except Refusal as wrong:
        code, detail = wrong.reason, wrong.detail
    except BadRequest as wrong:
        code, detail = wrong.reason or "malformed", wrong.message
    except (*identity.REFUSALS, DatabaseError, Event.DoesNotExist) as wrong:
        code, detail = "not_kept", str(wrong)
    Rejected.objects.filter(pk=row.pk).update(reason=code[:24], detail=detail[:300])
    return False


def again_all(rows: Iterable[Rejected], *, by: User | None) -> tuple[int, int]:
    """Try many; (how many are kept now, how many are still not)."""
    kept = left = 0
    for row in list(rows)[:AT_ONCE]:
        done = again(row)
        kept, left = kept + done, left + (not done)
    if kept or left:
        audit.record("connect.rejects.replayed", None, by=by, kept=kept, left=left)
    return kept, left


def remove(rows: Any, *, by: User | None) -> int:
    """Throw these away. Returns how many."""
    gone = int(rows.delete()[0])
    if gone:
        audit.record("connect.rejects.removed", None, by=by, many=gone)
    return gone


def remove_old() -> int:
    """Throw away what lies longer than thirty days."""
    return int(Rejected.objects.filter(at__lt=timezone.now() - KEPT).delete()[0])


def _intake(row: Rejected) -> None:
    """Through the reading of the intake again. Refusal or BadRequest names what is wrong."""
    raw = row.body.encode()
    found = envelope.single(raw)
    raws = found.events
    if b'"batch"' in raw:
        found = envelope.batch(raw)
        raws = found.events
    source = _source(row, found.key)
    request = reading.Request(
        source=source.pk, received=row.at, sent=reading.sent_moment(found.sent), shared=found.shared
    )
    events = [reading.read(one, request) for one in raws]
    write(events, [], stores.borrowed(), Visitors())


def _source(row: Rejected, key: str) -> Source:
    source = row.source or Source.objects.filter(write_key=key).first()
    if source is None:
        raise Refusal("unknown_key", "writeKey")
    if source.ended_at is not None:
        raise Refusal("ended", "writeKey")
    return source


def _digest(row: Rejected) -> None:
    event = Event.objects.select_related("source").get(pk=json.loads(row.body)["event"])
    identity.follow(event)


_TRIES: dict[str, Callable[[Rejected], None]] = {"intake": _intake, "digest": _digest}
REPLAYED: Final = tuple(_TRIES)  # doors whose rejects can be tried again here
