"""What of imports, connectors and background work goes when a customer is erased: files that name them, rows that were
refused, deliveries and what is known of the shop's own record of them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.connect.connectors.models import Delivery
from grahak.connect.connectors.records import parties
from grahak.connect.models import ImportIssue, ImportRun, ImportState
from grahak.connect.reading import Inspection, UnreadableFile, rows
from grahak.core.bulk import pieces
from grahak.core.refusals import Conflict
from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces, as_text
from grahak.marketing.models import AudiencePart

logger = logging.getLogger("grahak.erasing")
_MOVING = (ImportState.READY, ImportState.RUNNING, ImportState.UNDOING)


def _names_them(run: ImportRun, traces: Traces) -> bool:
    """Whether a file tells of them; one that can't be read any more is taken to."""
    if not run.file:
        return False
    try:
        found = Inspection.from_json(run.inspection)
        return any(traces.is_in(row.values) for row in rows(Path(run.file.path), found))
    except FileNotFoundError:
        return False
    except (UnreadableFile, KeyError, TypeError):
        logger.warning("a file could not be searched and goes", extra={"run": run.pk})
        return True


def _look(traces: Traces) -> None:
    """Search the kept files: this reads each of them. Conflict where one is being brought in."""
    found = [run.pk for run in ImportRun.objects.exclude(file="") if _names_them(run, traces)]
    if ImportRun.objects.filter(pk__in=found, state__in=_MOVING).exists():
        raise Conflict(
            _("A file that names this person is being brought in just now. Wait until that is done.")
        )
    traces.found.update(imports=found, issues=_issues(traces), deliveries=_deliveries(traces))


def _issues(traces: Traces) -> list[int]:
    told = as_text(ImportIssue.objects.all(), told="values", more="params")
    hits = told.filter(traces.mentioned_in("told", "more"))
    return list(hits.values_list("pk", flat=True))


def _theirs(traces: Traces) -> Q:
    who = traces.customer_id
    return Q(customer=who) | Q(order__customer=who) | Q(payment__customer=who)


def _deliveries(traces: Traces) -> list[int]:
    """Deliveries about them, or with one of their addresses inside. Bodies are bytes: they are read here."""
    found = set(Delivery.objects.filter(_theirs(traces)).values_list("pk", flat=True))
    words = {word.casefold() for word in traces.reach} | {
        json.dumps(name).casefold() for name in traces.names
    }
    words |= {json.dumps(name, ensure_ascii=False).casefold() for name in traces.names}
    for pk, body in Delivery.objects.exclude(pk__in=found).values_list("pk", "body").iterator(chunk_size=500):
        text = bytes(body).decode("utf-8", "replace").casefold()
        if any(word in text for word in words):
            found.add(pk)
    return sorted(found)


def _lines(traces: Traces) -> list[Line]:
    """Files and bodies of deliveries are searched only when it is done: that reads each of them."""
    return [
        Line(_("Files brought in: each that names them"), ImportRun.objects.exclude(file="").count()),
        Line(_("Refused rows of files"), len(_issues(traces))),
        Line(_("Deliveries of connected shops"), Delivery.objects.filter(_theirs(traces)).count()),
    ]


def _erase(traces: Traces) -> dict[str, int]:
    files = _files(traces)
    for some in pieces(traces.found["issues"]):
        ImportIssue.objects.filter(pk__in=some).delete()
    for some in pieces(traces.found["deliveries"]):
        Delivery.objects.filter(pk__in=some).update(body=b"", headers={}, params={}, customer=None)
    parties.forget(traces.customer_id)
    jobs = as_text(DBTaskResult.objects.all(), told="args_kwargs").filter(
        traces.mentioned_in("told", "traceback")
    )
    jobs.exclude(status=TaskResultStatus.RUNNING).delete()
    sent = AudiencePart.objects.exclude(campaign__dispatch=None)
    sent.filter(traces.mentioned_in("query")).delete()
    counts = {name: len(traces.found[name]) for name in ("issues", "deliveries")}
    return {"files": files, **counts}


def _files(traces: Traces) -> int:
    """Take the files away with the samples of their rows. One that was never begun goes with its run."""
    runs = list(ImportRun.objects.filter(pk__in=traces.found.get("imports", [])))
    for run in runs:
        file, storage = run.file.name, run.file.storage
        transaction.on_commit(lambda file=file, storage=storage: storage.delete(file))  # type: ignore[misc]
        if run.state == ImportState.UPLOADED:
            run.delete()
            continue
        ImportRun.objects.filter(pk=run.pk).update(
            file="", inspection=run.inspection | {"samples": []}, fault=""
        )
    return len(runs)


def register() -> None:
    """Hang this room's part in."""
    from grahak.connect import erasing_told

    erasing.add("connect", Keeper(_lines, _erase, _look))
    erasing.add("connect.told", erasing_told.KEEPER)
    erasing.keep("connect.Delivery", "connect.ShopObject")
