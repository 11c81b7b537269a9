"""Two people at once, on a database where they really are at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers import actions
from grahak.customers.merging import gather_strays, merge_customers, undo_merge
from grahak.customers.models import Customer, Merge, Note

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of WORKS gave or raised, begun at the same moment in threads of their own."""
    gate, out = threading.Barrier(len(works)), [None] * len(works)

    def go(at: int, work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            out[at] = work()
        except Exception as error:
            out[at] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


@pytest.fixture
def pair(amina: User) -> tuple[Customer, Customer]:
    rows = [actions.add_customer(by=amina, name=name, phones=["98250 11111"]) for name in ("Iqbal", "Ikbal")]
    for one in rows:
        actions.write_note(one, f"of {one.name}", by=amina)
    return rows[0], rows[1]


@pytest.mark.parametrize("crosswise", [False, True])
def test_of_two_who_merge_the_same_pair_at_once_one_is_told_who_was_quicker(
    pair: tuple[Customer, Customer], amina: User, bilal: User, crosswise: bool
) -> None:
    a, b = pair
    second = (b, a) if crosswise else (a, b)
    told = at_once(lambda: merge_customers(a, b, by=amina), lambda: merge_customers(*second, by=bilal))
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Merge"]
    merge = Merge.objects.get()
    assert {note.customer_id for note in Note.objects.all()} == {merge.kept_id}
    refused = next(one for one in told if isinstance(one, Conflict))
    assert merge.by is not None
    assert merge.by.name in str(refused.sentence)


def test_of_two_who_take_a_merge_back_at_once_one_does(
    pair: tuple[Customer, Customer], amina: User, bilal: User
) -> None:
    merge = merge_customers(*pair, by=amina)
    told = at_once(lambda: undo_merge(merge, by=amina), lambda: undo_merge(merge, by=bilal))
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Look"]
    assert {note.customer_id for note in Note.objects.all()} == {pair[0].pk, pair[1].pk}


def test_what_an_import_writes_while_two_are_merged_is_not_lost(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair

    def bring_in() -> None:
        for number in range(30):
            Note.objects.create(customer_id=gone.pk, text=f"row {number}")

    told = at_once(lambda: merge_customers(kept, gone, by=amina), bring_in)
    assert isinstance(told[0], Merge)
    gather_strays()
    assert Note.objects.filter(customer=kept).count() == 32
    assert not Note.objects.filter(customer=gone).exists()


def test_an_erasure_and_a_merge_at_once_leave_nothing_half_done(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    told = at_once(
        lambda: merge_customers(kept, gone, by=amina),
        lambda: actions.erase_customer(gone, by=amina, why="asked for it"),
    )
    gone.refresh_from_db()
    assert gone.source == "erased"
    if isinstance(told[0], Conflict):
        assert not Merge.objects.exists()
    assert not [one for one in told if isinstance(one, Exception) and not isinstance(one, Conflict)]
