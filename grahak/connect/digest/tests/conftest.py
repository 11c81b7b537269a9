"""In a test that is one open transaction nothing of it is settled, as PostgreSQL counts: what it sees is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max

from grahak.core import changes


@pytest.fixture(autouse=True)
def _own_rows_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[Any], int] = changes.settled_id

    def settled(model: Any) -> int:
        if connection.in_atomic_block:
            return model.objects.aggregate(last=Max("pk"))["last"] or 0
        return real(model)

    monkeypatch.setattr(changes, "settled_id", settled)
