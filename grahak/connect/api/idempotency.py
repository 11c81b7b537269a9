"""The same request sent twice is worked once: a request that bears an Idempotency-Key leaves its answer for a day, and
whoever sends it again under the same name gets that answer (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.api.models import KeptAnswer
from grahak.connect.api.problems import Problem, invalid
from grahak.core.durable import durable

KEPT = dt.timedelta(hours=24)
GIVEN_UP = dt.timedelta(minutes=2)  # a request that is "being worked" longer died with its process
LONGEST = 255
_HEADERS = ("Content-Type", "Location", "ETag")


def once(request: HttpRequest, key_id: int, work: Callable[[], HttpResponse]) -> HttpResponse:
    """WORK's answer, or the one that was given before under this name. Problem 409 while it is being worked, 422 where
    the name was used for another request. An answer of 5xx is not kept, so that it can be tried again.

    What one request changes, a batch too, commits together with its answer: after a crash both are there or neither
    is."""
    name = request.headers.get("Idempotency-Key")
    if name is None:
        return work()
    if not 1 <= len(name) <= LONGEST or not all("!" <= char <= "~" for char in name):
        raise invalid("Idempotency-Key", _("1 to 255 letters, digits and signs of ASCII, without spaces."))
    told = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
    row = _taken(key_id, name, told)
    if row is not None:
        return _given(row, told)
    mine = KeptAnswer.objects.filter(key_id=key_id, name=name, status=0)
    try:
        with durable():
            answer = work()
            if answer.status_code >= 500:
                raise _TakenBack
            if answer.status_code == 401:
                mine.delete()
            else:
                headers = {one: answer.headers[one] for one in _HEADERS if one in answer.headers}
                mine.update(status=answer.status_code, headers=headers, body=answer.content)
    except _TakenBack:
        mine.delete()
    except BaseException:
        mine.delete()
        raise
    return answer


class _TakenBack(Exception):
    """A fault of ours: nothing of the request stays."""


def _taken(key_id: int, name: str, told: str) -> KeptAnswer | None:
    """Take the name for this request (None), or give the row of whoever took it."""
    now = timezone.now()
    old = KeptAnswer.objects.filter(key_id=key_id, name=name)
    old.filter(created_at__lt=now - KEPT).delete()
    old.filter(status=0, created_at__lt=now - GIVEN_UP).delete()
    try:
        with transaction.atomic():
            KeptAnswer.objects.create(key_id=key_id, name=name, body_hash=told)
    except IntegrityError:
        return old.first()
    return None


def _given(row: KeptAnswer, told: str) -> HttpResponse:
    if row.body_hash != told:
        raise Problem("other_body", _("Use a new Idempotency-Key for a new request."))
    if row.status == 0:
        raise Problem("in_progress", _("Ask again in a moment."), headers={"Retry-After": "1"})
    answer = HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def tidy() -> None:
    """Forget answers older than a day."""
    KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
