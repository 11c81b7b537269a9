"""The receiver of the demo story: an accounts package that does not exist, switched off, and the key it would come in
with. Nothing is ever sent to it."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from grahak.connect.webhooks import actions
from grahak.connect.webhooks.models import Endpoint, Off
from grahak.core.actions.keys import make_key
from grahak.core.models import ApiKey, User

URL: Final = "https://books.kapasi.example/grahak"
EVENTS: Final = ("customer.added", "customer.edited", "order.added", "payment.added")


def tell_story(*, by: User | None) -> int:
    """Tell it, once; how many receivers there are."""
    if Endpoint.objects.exists():
        return 0
    if not ApiKey.objects.filter(kind="api").exists():
        make_key("api", "manager", by=by, name="Accounts package (made up)")
    endpoint, _secret = actions.add(
        by=by, name="Accounts package (made up)", url=URL, events=EVENTS, role="manager"
    )
    Endpoint.objects.filter(pk=endpoint.pk).update(off=Off.PAUSED, off_at=timezone.now())
    return 1
