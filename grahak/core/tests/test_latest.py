"""Rows with a text in them, among the latest."""

from __future__ import annotations

import pytest

from grahak.core.latest import with_text
from grahak.core.models import Branch

pytestmark = pytest.mark.django_db


def _named(*names: str) -> list[int]:
    return [Branch.objects.create(name=name).pk for name in names]


def test_found_in_the_order_of_the_rows_small_or_capital() -> None:
    old, _other, new = _named("Ring Road store", "Station", "the RING")
    assert with_text(Branch.objects.order_by("-pk"), "name", "ring", 100) == [new, old]


def test_only_the_first_rows_are_looked_at() -> None:
    _old, new = _named("Ring Road", "Ring")
    assert with_text(Branch.objects.order_by("-pk"), "name", "ring", 1) == [new]


@pytest.mark.parametrize("typed", ["50%", "a_b", "back\\slash", "it's"])
def test_signs_mean_themselves(typed: str) -> None:
    meant, *_rest = _named(f"x {typed} y", "x 500 y", "x acb y", "x backslash y", "x its y")
    assert with_text(Branch.objects.order_by("pk"), "name", typed, 100) == [meant]


def test_nobody_who_may_see_nothing_finds_anything() -> None:
    _named("Ring")
    assert with_text(Branch.objects.none(), "name", "ring", 100) == []
