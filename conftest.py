"""Makes the cast known to the rooms' own tests too, lets every room's records be tried on PostgreSQL, and keeps clocks
out of what is tried at random."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max
from hypothesis import HealthCheck, settings

from grahak.core import changes
from tests.cast import *  # noqa: F403
from tests.cast import _fresh_business  # noqa: F401

RECORDS = {"db", "transactional_db"}
# a busy machine is no fault: what Hypothesis times, it lets be; and what it tries is the same in every run
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A room's test that touches records is one of the data layer: `-m postgres` runs it on a real PostgreSQL."""
    for item in items:
        touches = RECORDS & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
        if item.nodeid.startswith("grahak/") and touches:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(autouse=True)
def _own_rows_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test that is one open transaction nothing of it is settled, as PostgreSQL counts: what it sees is."""
    real: Callable[[Any], int] = changes.settled_id

    def settled(model: Any) -> int:
        if connection.in_atomic_block:
            return model.objects.aggregate(last=Max("pk"))["last"] or 0
        return real(model)

    monkeypatch.setattr(changes, "settled_id", settled)
