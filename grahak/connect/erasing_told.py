"""What of the API, of webhooks and of exports goes when a customer is erased: messages that tell of them, answers that
are kept for a day, and every file of everything."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from grahak.connect.api.models import KeptAnswer
from grahak.connect.exporting import actions as exporting
from grahak.connect.exporting.models import ExportRun, ExportState
from grahak.connect.webhooks.models import Attempt, Happening, Telling
from grahak.core.refusals import Conflict
from grahak.customers.erasing import Keeper, Line, Traces


def _about(traces: Traces) -> list[str]:
    return [f"customer:{traces.customer_id}", *(f"contact:{pk}" for pk in traces.contact_ids)]


def _look(traces: Traces) -> None:
    """Find the messages that tell of them; Conflict while everything is being exported."""
    if ExportRun.objects.filter(state__in=exporting.MOVING).exists():
        raise Conflict(_("Everything is being exported just now. Wait until that is done."))
    hits = Telling.objects.filter(traces.mentioned_in("body")) | Telling.objects.filter(
        about__in=_about(traces)
    )
    answers = Attempt.objects.filter(traces.mentioned_in("answer")).values_list("telling", flat=True)
    traces.found["tellings"] = sorted({*hits.values_list("pk", flat=True), *answers})


def _lines(traces: Traces) -> list[Line]:
    return [
        Line(_("Webhooks that tell of them"), Telling.objects.filter(about__in=_about(traces)).count()),
        Line(_("Exports of everything"), ExportRun.objects.filter(state=ExportState.DONE).count()),
    ]


def _erase(traces: Traces) -> dict[str, int]:
    for run in ExportRun.objects.filter(state=ExportState.DONE):
        exporting.throw_away(run, by=None)
    gone, _each = Telling.objects.filter(pk__in=traces.found.get("tellings", [])).delete()
    Happening.objects.filter(subject="customer", subject_id=traces.customer_id).delete()
    Happening.objects.filter(subject="contact", subject_id__in=traces.contact_ids).delete()
    words = {word.casefold() for word in traces.reach}
    words |= {json.dumps(name, ensure_ascii=False).casefold() for name in traces.names}
    for pk, body in KeptAnswer.objects.values_list("pk", "body").iterator(chunk_size=500):
        text = bytes(body).decode("utf-8", "replace").casefold()
        if any(word in text for word in words):
            KeptAnswer.objects.filter(pk=pk).delete()
    return {"tellings": gone}


KEEPER = Keeper(_lines, _erase, _look)
