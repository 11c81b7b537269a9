"""Makes the cast known to the rooms' own tests too, and lets every room's records be tried on PostgreSQL."""

import pytest

from tests.cast import *  # noqa: F403
from tests.cast import _fresh_business  # noqa: F401

RECORDS = {"db", "transactional_db"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A room's test that touches records is one of the data layer: `-m postgres` runs it on a real PostgreSQL."""
    for item in items:
        touches = RECORDS & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
        if item.nodeid.startswith("grahak/") and touches:
            item.add_marker(pytest.mark.postgres)
