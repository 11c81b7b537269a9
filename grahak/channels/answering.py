"""A short answer to what somebody wrote, through the ledger like everything else: once, its fate known."""

from __future__ import annotations

from collections.abc import Sequence

from grahak.channels import ledger, renderers
from grahak.channels.models import Dispatch, Incoming
from grahak.channels.renderers import Claimed, Recipient, Rendered, Renderer, Short

NAME = "answer"


def answer(row: Incoming, text: str) -> Dispatch | None:
    """Send TEXT to whoever wrote ROW, by the same channel. Twice is once. None where it cannot be: nobody is known by
    the number, or the channel lets nobody answer (an SMS costs, and its sender takes no answers)."""
    if row.contact_id is None or row.customer_id is None or row.channel != "whatsapp":
        return None
    dispatch, new = Dispatch.objects.get_or_create(
        renderer=NAME,
        subject_id=row.pk,
        channel=row.channel,
        defaults={"title": text[:200], "purpose": "service"},
    )
    if new:
        ledger.launch(
            dispatch,
            [Recipient(row.customer_id, row.contact_id, row.contact.language if row.contact else "")],
        )
    return dispatch


def _audience(dispatch: Dispatch) -> list[Recipient]:
    row = Incoming.objects.filter(pk=dispatch.subject_id).first()
    if row is None or row.contact_id is None or row.customer_id is None:
        return []
    return [Recipient(row.customer_id, row.contact_id, "")]


def _render(dispatch: Dispatch, rows: Sequence[Claimed]) -> list[Rendered]:
    return [Short(row.id, dispatch.title, row.language) for row in rows]


def register() -> None:
    """Make it known to the ledger."""
    renderers.register(Renderer(NAME, _audience, _render, purposes=("service",)))
