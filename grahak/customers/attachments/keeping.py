"""Files of a customer are taken, removed, brought back, and after thirty days deleted.

Pictures are drawn anew (core.redrawn): no place, no camera, nothing but pixels. Everything else is kept as it came,
under a random name, and leaves only as a download (views.attachments).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import secrets
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, redrawn
from grahak.core.models import User
from grahak.customers.actions.timeline import tell
from grahak.customers.attachments.kinds import ENDINGS, MOST_BYTES, NotTaken, kind_of
from grahak.customers.erasing import Keeper, Line, Traces
from grahak.customers.models import Activity, Attachment, Customer
from grahak.customers.text import one_line

MOST: Final = 500  # files of one customer
WIDEST, TALLEST = 2_400, 3_400  # pixels: a bill can be read
THUMB: Final = 320
KEPT: Final = dt.timedelta(days=30)
_KIND: Final = "customers.file.added"


def take(customer: Customer, file: Any, *, by: User | None) -> Attachment:
    """Keep an uploaded FILE. NotTaken says why not."""
    if (file.size or 0) > MOST_BYTES:
        raise NotTaken(_("The file is larger than 15 MB."))
    name = shown_name(str(file.name or ""))
    kind = kind_of(file, name)
    thumb, width, height = b"", 0, 0
    if kind == "image/*":
        try:
            data, kind, width, height = redrawn.made_anew(file, widest=WIDEST, tallest=TALLEST, moving=False)
            thumb = redrawn.made_anew(io.BytesIO(data), widest=THUMB, tallest=THUMB, moving=False)[0]
        except redrawn.NoPicture as error:
            raise NotTaken(str(error)) from None
    else:
        file.seek(0)
        data = file.read(MOST_BYTES + 1)
    return _kept(customer, _named_as(name, kind), kind, data, thumb, (width, height), by)


@transaction.atomic
def _kept(
    customer: Customer,
    name: str,
    kind: str,
    data: bytes,
    thumb: bytes,
    size: tuple[int, int],
    by: User | None,
) -> Attachment:
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if Attachment.objects.filter(customer=customer, removed_at=None).count() >= MOST:
        raise NotTaken(_("A customer can have 500 files."))
    row = Attachment(
        customer=customer, name=name, kind=kind, size=len(data), width=size[0], height=size[1],
        digest=hashlib.sha256(data).hexdigest(), by=by,
    )  # fmt: skip
    stem, ending = secrets.token_hex(16), ENDINGS[kind]
    row.file.save(f"{stem}.{ending}", ContentFile(data), save=False)
    if thumb:
        row.thumb.save(f"{stem}-small.{ending}", ContentFile(thumb), save=False)
    row.save()
    _tell(row)
    audit.record("customers.file.added", customer, by=by, file=row.pk, name=name, kind=kind, size=len(data))
    return row


def shown_name(sent: str) -> str:
    """The name that a file came with, without folders and control characters, at most 160 letters."""
    name = one_line(sent.replace("\\", "/").rpartition("/")[2])
    name = "".join(char for char in name if char.isprintable())
    stem, dot, ending = name.rpartition(".")
    return (f"{stem[: 150 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else name)[:160] or _("File")


def _named_as(name: str, kind: str) -> str:
    """NAME with the ending of what the file is: a text called “bill.bat” would run where it is opened."""
    ending = ENDINGS[kind]
    fits = {ending, "jpeg"} if ending == "jpg" else {ending}
    return name if name.lower().rpartition(".")[2] in fits and "." in name else f"{name[:155]}.{ending}"


def _tell(row: Attachment) -> None:
    tell(
        row.customer, _KIND, group="notes", at=row.created_at, by=row.by, subject="attachment",
        subject_id=row.pk, title=row.name,
    )  # fmt: skip


@transaction.atomic
def remove(row: Attachment, *, by: User | None) -> None:
    """Take a file out of sight; for thirty days bring_back undoes it."""
    if Attachment.objects.filter(pk=row.pk, removed_at=None).update(removed_at=timezone.now()):
        Activity.objects.filter(subject="attachment", subject_id=row.pk, kind=_KIND).delete()
        audit.record("customers.file.removed", row.customer, by=by, file=row.pk, name=row.name)


@transaction.atomic
def bring_back(row: Attachment, *, by: User | None) -> None:
    """Put a removed file back in its place."""
    if Attachment.objects.filter(pk=row.pk, removed_at__isnull=False).update(removed_at=None):
        _tell(row)
        audit.record("customers.file.restored", row.customer, by=by, file=row.pk, name=row.name)


def delete_files(rows: list[Attachment]) -> None:
    """Delete rows and, once that is committed, what they hold on the disk."""
    held = [(one.storage, one.name) for row in rows for one in (row.file, row.thumb) if one.name]
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def gone() -> None:
        for storage, name in held:
            storage.delete(str(name))

    transaction.on_commit(gone)


@transaction.atomic
def delete_old(now: dt.datetime | None = None) -> int:
    """Every night: delete for good what was removed more than thirty days ago. Returns how many."""
    old = list(Attachment.objects.filter(removed_at__lt=(now or timezone.now()) - KEPT)[:1000])
    delete_files(old)
    return len(old)


def _lines(traces: Traces) -> list[Line]:
    return [Line(_("Files"), Attachment.objects.filter(customer=traces.customer_id).count())]


def _erase(traces: Traces) -> dict[str, int]:
    rows = list(Attachment.objects.filter(customer=traces.customer_id))
    delete_files(rows)
    return {"files": len(rows)}


KEEPER: Final = Keeper(_lines, _erase)
