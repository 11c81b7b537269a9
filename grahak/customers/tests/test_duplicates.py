"""Pairs that may be the same: found among all, remembered when told apart, worked through on the screen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from grahak.core.models import User
from grahak.customers import actions
from grahak.customers.duplicates import changed, likely, run
from grahak.customers.duplicates.pairs import not_the_same, waiting
from grahak.customers.merging import merge_customers, undo_merge
from grahak.customers.models import Customer, DuplicatePair, Merge
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def town(amina: User) -> dict[str, Customer]:
    told = {
        "iqbal": ("Mohammad Iqbal Traders", ["98250 11111"], "Rajkot"),
        "iqbal_ur": ("محمد اقبال ٹریڈرز", ["98250 11111"], "راجکوٹ"),
        "son": ("Salma Begum", ["98250 11111"], "Rajkot"),
        "mehta": ("Jhaverchand Mehta", [], "Rajkot"),
        "mehta_gu": ("ઝવેરચંદ મહેતા", [], "Rajkot"),
        "far": ("Mehta Saree Centre", [], "Surat"),
    }
    return {
        key: actions.add_customer(by=amina, name=name, phones=phones, city=city, kind="business")
        for key, (name, phones, city) in told.items()
    }


def found() -> set[frozenset[str]]:
    return {frozenset((row.low.name, row.high.name)) for row in DuplicatePair.objects.filter(state="open")}


def test_all_records_are_looked_through_by_phones_and_by_names_in_any_script(
    town: dict[str, Customer],
) -> None:
    run.whole()
    assert found() == {
        frozenset((town["iqbal"].name, town["iqbal_ur"].name)),
        frozenset((town["mehta"].name, town["mehta_gu"].name)),
    }
    assert run.progress()["looking"] is False


def test_a_killed_run_goes_on_where_it_stood(
    town: dict[str, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = run._append, []

    def dies(name: str, entries: list[int]) -> None:
        calls.append(name)
        if len(calls) == 90:  # all keys are written, some of the pairs
            raise KeyboardInterrupt
        real(name, entries)

    monkeypatch.setattr(run, "_append", dies)
    with pytest.raises(KeyboardInterrupt):
        run.whole()
    assert run.progress()["looking"] is True
    monkeypatch.setattr(run, "_append", real)
    assert run.whole() == 2


def test_two_processes_find_what_one_finds(
    town: dict[str, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ALONE", 0)
    assert run.whole(processes=2) == 2


def test_not_the_same_is_remembered_for_good(town: dict[str, Customer], amina: User) -> None:
    run.whole()
    not_the_same(town["mehta_gu"], town["mehta"], by=amina)
    run.whole()
    changed.some([town["mehta"].pk])
    row = DuplicatePair.objects.get(low=town["mehta"], high=town["mehta_gu"])
    assert (row.state, row.decided_by) == ("different", amina)
    assert waiting(amina).count() == 1


def test_a_pair_that_no_longer_holds_goes(town: dict[str, Customer], amina: User) -> None:
    run.whole()
    actions.edit_customer(town["mehta_gu"], by=amina, name="Ramesh Patel")
    run.whole()
    assert found() == {frozenset((town["iqbal"].name, town["iqbal_ur"].name))}


def test_a_changed_customer_is_looked_at_alone(town: dict[str, Customer], amina: User) -> None:
    run.whole()
    actions.add_customer(by=amina, name="ઇકબાલ ટ્રેડર્સ", phones=["98250 11111"], kind="business", city="Rajkot")
    changed.look()
    assert frozenset(("ઇકબાલ ટ્રેડર્સ", town["iqbal"].name)) in found()
    actions.edit_customer(town["mehta_gu"], by=amina, name="Ramesh Patel")
    changed.look()
    assert frozenset((town["mehta"].name, "Ramesh Patel")) not in found()


def test_what_is_typed_in_is_told_with_score_and_reasons(town: dict[str, Customer], amina: User) -> None:
    [first, *_rest] = likely(amina, "iqbal tradrs", "98250 11111", "")
    assert first.customer.name in (town["iqbal"].name, town["iqbal_ur"].name)
    assert first.percent > 90
    assert first.reason == "same phone, name sounds alike"


def test_who_is_ticked_as_not_the_same_while_adding_is_not_proposed(
    town: dict[str, Customer], as_amina: Client
) -> None:
    other = town["mehta"]
    as_amina.post(
        "/customers/add/", {"name": "Jhaverchand Mehta", "kind": "business", "apart": [str(other.pk), "x"]}
    )
    made = Customer.objects.latest("pk")
    assert made.name == "Jhaverchand Mehta"
    assert DuplicatePair.objects.get(low=other, high=made).state == "different"


def test_the_list_shows_pairs_with_reasons_and_can_be_cut_down(
    town: dict[str, Customer], as_amina: Client
) -> None:
    run.whole()
    page = as_amina.get("/customers/duplicates/").content.decode()
    assert town["iqbal_ur"].name in page
    assert "same phone" in page
    phones = as_amina.get("/customers/duplicates/?why=1").content.decode()
    assert town["iqbal"].name in phones
    assert town["mehta"].name not in phones


def test_a_press_keeps_two_apart_and_can_be_taken_back(town: dict[str, Customer], as_amina: Client) -> None:
    run.whole()
    row = DuplicatePair.objects.get(low=town["mehta"])
    as_amina.post(f"/customers/duplicates/{row.pk}/different/")
    row.refresh_from_db()
    assert row.state == "different"
    assert town["mehta"].name in as_amina.get("/customers/duplicates/?state=different").content.decode()
    as_amina.post(f"/customers/duplicates/{row.pk}/again/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("open", None)


def test_the_list_asks_as_much_for_thirty_pairs_as_for_three(
    amina: User, as_amina: Client, django_assert_max_num_queries: Any
) -> None:
    def pairs(many: int) -> None:
        rows = [
            actions.add_customer(by=amina, name=f"Shop {n}", phones=[f"98250 {n:05d}"])
            for n in range(many + 1)
        ]
        DuplicatePair.objects.all().delete()
        for one, other in pairwise(rows):
            DuplicatePair.objects.create(low=one, high=other, score=900, reasons=9)

    pairs(3)
    as_amina.get("/customers/duplicates/")
    with django_assert_max_num_queries(99) as few:
        as_amina.get("/customers/duplicates/")
    asked = len(few)
    pairs(29)
    with django_assert_max_num_queries(99) as many:
        as_amina.get("/customers/duplicates/")
    assert len(many) == asked


def test_the_page_merges_with_the_choices_made_and_the_toast_takes_it_back(
    town: dict[str, Customer], as_amina: Client
) -> None:
    kept, gone = town["iqbal"], town["iqbal_ur"]
    page = as_amina.get(f"/customers/{kept.pk}/merge/{gone.pk}/")
    assert page.status_code == 200
    answer = as_amina.post(f"/customers/{kept.pk}/merge/{gone.pk}/", {"field-name": "gone"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/customers/{kept.pk}/"
    kept.refresh_from_db()
    assert kept.name == gone.name
    merge = Merge.objects.get()
    assert f"/customers/merges/{merge.pk}/undo/" in answer.content.decode()
    as_amina.post(f"/customers/merges/{merge.pk}/undo/")
    kept.refresh_from_db()
    assert kept.name == "Mohammad Iqbal Traders"


def test_two_cards_must_be_seen_before_the_page_merges(
    town: dict[str, Customer], amina: User, as_amina: Client
) -> None:
    kept, gone = town["iqbal"], town["iqbal_ur"]
    for one, card in ((kept, "1001"), (gone, "2002")):
        actions.add_identity(one.contacts.get(), "card", card, by=amina)
    address = f"/customers/{kept.pk}/merge/{gone.pk}/"
    answer = as_amina.post(address)
    assert answer.status_code == 422
    assert "1001" in answer.content.decode()
    assert not Merge.objects.exists()
    assert as_amina.post(address, {"agreed": "1"}).status_code == 302


def test_the_old_page_leads_to_the_kept_one_and_an_open_form_goes_on_there(
    town: dict[str, Customer], amina: User, as_amina: Client
) -> None:
    kept, gone = town["iqbal"], town["iqbal_ur"]
    merge_customers(kept, gone, by=amina)
    answer = as_amina.get(f"/customers/{gone.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/customers/{kept.pk}/")
    as_amina.post(f"/customers/{gone.pk}/notes/", {"text": "written on the old page"})
    assert [note.text for note in kept.notes.all()] == ["written on the old page"]


def test_merging_what_a_colleague_just_merged_says_so(
    town: dict[str, Customer], amina: User, as_amina: Client
) -> None:
    kept, gone = town["iqbal"], town["iqbal_ur"]
    merge_customers(kept, gone, by=amina)
    for first, second in ((kept, gone), (gone, kept)):
        answer = as_amina.post(f"/customers/{first.pk}/merge/{second.pk}/")
        assert answer.status_code == 409
        assert "is part of" in answer.content.decode()


def test_two_ticked_in_the_list_are_compared(town: dict[str, Customer], as_amina: Client) -> None:
    ids = [town["iqbal"].pk, town["iqbal_ur"].pk]
    answer = as_amina.post("/customers/merge/", {"ids": ids})
    assert answer.headers["Location"] == f"/customers/{ids[0]}/merge/{ids[1]}/"
    assert as_amina.post("/customers/merge/", {"ids": ids[:1]}).headers["Location"].startswith("/customers/")


def test_the_page_of_a_merge_tells_what_came_and_what_cannot_go_back(
    town: dict[str, Customer], amina: User, as_amina: Client
) -> None:
    kept, gone = town["iqbal"], town["iqbal_ur"]
    actions.write_note(gone, "Pays on Fridays", by=amina)
    merge = merge_customers(kept, gone, by=amina)
    kept.notes.all().delete()
    page = as_amina.get(f"/customers/merges/{merge.pk}/").content.decode()
    assert "removed since" in page
    undo_merge(merge, by=amina)
    after = as_amina.get(f"/customers/merges/{merge.pk}/").content.decode()
    assert "Could not be put back" in after


def test_a_stranger_and_another_branch_see_no_pair(
    town: dict[str, Customer], amina: User, as_bilal: Client, chirag: User
) -> None:
    run.whole()
    pair = DuplicatePair.objects.first()
    assert pair is not None
    assert as_bilal.get("/customers/duplicates/").status_code == 404
    User.objects.filter(pk=chirag.pk).update(role="salesman")
    assert signed_in(chirag).post(f"/customers/duplicates/{pair.pk}/different/").status_code == 404
    assert waiting(chirag).count() == 0


def test_an_import_tells_how_many_may_be_here_already(
    town: dict[str, Customer], amina: User, as_amina: Client
) -> None:
    from grahak.connect.models import ImportRun, ImportState
    from grahak.core.models import Batch

    batch = Batch.objects.create(kind="import", by=amina)
    Customer.objects.filter(pk=town["mehta_gu"].pk).update(batch=batch)
    run.whole()
    done = ImportRun.objects.create(file_name="parties.csv", state=ImportState.DONE, batch=batch, by=amina)
    page = as_amina.get(f"/imports/{done.pk}/").content.decode()
    assert "1 of those who came in may be here already" in page
    asked = as_amina.get(f"/customers/duplicates/?batch={batch.pk}").content.decode()
    assert town["mehta"].name in asked
    assert town["iqbal_ur"].name not in asked
