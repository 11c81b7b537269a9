"""What is done to many customers of a list, and who may."""

from __future__ import annotations

import pytest
from django.test import Client

from grahak.core.models import Batch, User
from grahak.customers import actions
from grahak.customers.models import Customer, CustomerTag
from grahak.customers.tests.world import many


def test_tagging_the_ticked_ones_asks_for_the_tag_and_carries_the_choice(
    as_amina: Client, amina: User
) -> None:
    one, two, _three = many(amina, 3)
    asked = as_amina.post("/customers/tag/", {"ids": [one.pk, two.pk], "query": "sort=-name"})
    html = asked.content.decode()
    assert "2 customers" in html
    assert f'<input type="hidden" name="ids" value="{two.pk}">' in html
    done = as_amina.post("/customers/tag/", {"ids": [one.pk, two.pk], "query": "sort=-name", "tag": "Diwali"})
    assert done["Location"] == "/customers/?sort=-name"
    assert sorted(CustomerTag.objects.values_list("customer", flat=True)) == [one.pk, two.pk]


def test_tagging_everybody_of_a_view_reaches_the_other_pages(as_amina: Client, amina: User) -> None:
    many(amina, 30)
    actions.add_customer(by=amina, name="Noor", kind="person")
    as_amina.post("/customers/tag/", {"all": "1", "query": "kind=is:business&size=25", "tag": "Diwali"})
    assert CustomerTag.objects.count() == 30


def test_a_broken_query_tags_nobody(as_amina: Client, amina: User) -> None:
    many(amina, 3)
    as_amina.post("/customers/tag/", {"all": "1", "query": "kind=is:alien", "tag": "Diwali"})
    assert CustomerTag.objects.count() == 0


def test_a_salesman_tags_only_his_branch(as_chirag: Client, amina: User, chirag: User) -> None:
    other = actions.add_customer(by=amina, name="Of Rajkot")
    own = actions.add_customer(by=chirag, name="Of Surat")
    as_chirag.post("/customers/tag/", {"ids": [other.pk, own.pk], "tag": "Diwali"})
    assert list(CustomerTag.objects.values_list("customer", flat=True)) == [own.pk]


@pytest.mark.parametrize("ids", [["x"], ["-1"], [str(2**70)], ["1"] * 2001, ["१"]])
def test_forged_ids_are_404(as_amina: Client, amina: User, ids: list[str]) -> None:
    assert as_amina.post("/customers/tag/", {"ids": ids, "tag": "Diwali"}).status_code == 404
    assert CustomerTag.objects.count() == 0


def test_what_was_done_is_undone_by_its_doer_only(as_amina: Client, as_chirag: Client, amina: User) -> None:
    one, two = many(amina, 2)
    as_amina.post("/customers/archive/", {"ids": [one.pk, two.pk]})
    batch = Batch.objects.get(kind="archive")
    assert Customer.objects.active().count() == 0
    assert as_chirag.post(f"/customers/batches/{batch.pk}/undo/").status_code == 404
    as_amina.post(f"/customers/batches/{batch.pk}/undo/")
    assert Customer.objects.active().count() == 2


def test_a_salesman_may_not_put_away(as_bilal: Client, bilal: User) -> None:
    (one,) = many(bilal, 1)
    assert as_bilal.post("/customers/archive/", {"ids": [one.pk]}).status_code == 404
    assert Customer.objects.active().count() == 1


def test_putting_somebody_in_charge(as_amina: Client, amina: User, bilal: User) -> None:
    (one,) = many(amina, 1)
    as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": str(bilal.pk)})
    one.refresh_from_db()
    assert one.owner == bilal
    assert as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": "999999"}).status_code == 404
    as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": "none"})
    one.refresh_from_db()
    assert one.owner is None


def test_very_many_are_done_in_the_background(
    as_amina: Client, amina: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    from grahak.customers.jobs import change_many
    from grahak.customers.views import mass

    many(amina, 3)
    monkeypatch.setattr(mass, "AT_ONCE", 2)
    given: list[dict[str, object]] = []
    monkeypatch.setattr(type(change_many), "enqueue", lambda self, **told: given.append(told))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        as_amina.post("/customers/tag/", {"all": "1", "query": "kind=is:business", "tag": "Diwali"})
    assert given == [
        {"verb": "tag", "argument": "Diwali", "query": "kind=is:business", "ids": [], "by": amina.pk}
    ]
    assert change_many.call(**given[0]) == 3  # type: ignore[arg-type]
    assert change_many.call(**given[0]) == 0  # type: ignore[arg-type]
    assert CustomerTag.objects.count() == 3
