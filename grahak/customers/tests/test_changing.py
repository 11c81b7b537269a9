"""A field changes its kind or list with values in it: shown before, carried over, taken back, nothing lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from grahak.core.refusals import Conflict
from grahak.customers import actions, custom
from grahak.customers.changing import carry, plan
from grahak.customers.models import AsideValue, CustomField, CustomValue, FieldChange


def field(amina, name, kind="text", options=()):
    made = actions.add_field(by=amina, name=name, kind=kind, options=options)
    custom.forget()
    return made


def customers(amina, values, code="fact"):
    made = []
    for number, value in enumerate(values):
        one = actions.add_customer(by=amina, name=f"Shop {number}")
        actions.set_own(one, {code: value}, by=amina)
        made.append(one)
    return made


def own(customer, code="fact"):
    custom.forget()
    return custom.values_of([customer.pk]).get(customer.pk, {}).get(code)


def change(made, amina, kind, options=(), **more):
    custom.forget()
    found = custom.field_named(custom.PREFIX + made.code)
    done = actions.change_field(
        found, by=amina, name=found.name, kind=kind, options=options, aside=True, **more
    )
    custom.forget()
    return done


def test_text_becomes_numbers_and_what_is_none_is_kept_aside(amina):
    made = field(amina, "Fact")
    one, two, three = customers(amina, ["1,200", "many", "12.5"])
    done = change(made, amina, "number")
    assert (done.total, done.converted, done.aside) == (3, 2, 1)
    assert (own(one), own(two), own(three)) == (Decimal(1200), None, Decimal("12.5"))
    kept = AsideValue.objects.get()
    assert (kept.customer, kept.text) == (two, "many")


@pytest.mark.parametrize(
    ("kind", "typed", "to", "options", "now"),
    [
        ("text", "31 March 2026", "date", (), dt.date(2026, 3, 31)),
        ("date", "2026-03-31", "text", (), "2026-03-31"),
        ("money", "1,25,000", "number", (), Decimal(125000)),
        ("number", "7", "choice", ("7", "8"), "7"),
        ("text", "north", "choice", (), "north"),
        ("text", "Cloth, toys", "choices", ("Toys", "Cloth"), ["Toys", "Cloth"]),
    ],
)
def test_each_kind_is_read_as_another(amina, kind, typed, to, options, now):
    made = field(amina, "Fact", kind)
    (one,) = customers(amina, [typed])
    change(made, amina, to, options)
    found = own(one)
    assert (sorted(found) if isinstance(found, list) else found) == (
        sorted(now) if isinstance(now, list) else now
    )


def test_a_list_of_several_becomes_one_only_for_who_has_one(amina):
    made = field(amina, "Fact", "choices", ["Toys", "Cloth"])
    one, two = customers(amina, [["Toys"], ["Toys", "Cloth"]])
    change(made, amina, "choice", ["Toys", "Cloth"])
    assert (own(one), own(two)) == ("Toys", None)
    assert AsideValue.objects.get().text == "Toys, Cloth"


def test_text_becomes_the_customer_of_that_name(amina):
    made = field(amina, "Fact")
    meena = actions.add_customer(by=amina, name="Meena Stores")
    one, two = customers(amina, ["Meena Stores", "Nobody"])
    change(made, amina, "customer")
    assert (own(one), own(two)) == (meena, None)


def test_taken_back_the_field_and_its_values_are_as_they_were(amina):
    made = field(amina, "Fact")
    one, two = customers(amina, ["1,200", "many"])
    done = change(made, amina, "number")
    carry.take_back(done, by=amina)
    assert (own(one), own(two)) == ("1,200", "many")
    now = custom.field_named("own-fact")
    assert (now.pk, now.kind, now.code) == (made.pk, "text", "fact")
    with pytest.raises(Conflict):
        carry.take_back(done, by=amina)


def test_taken_back_what_was_written_and_removed_since_goes_along(amina):
    made = field(amina, "Fact", "choice", ["North", "South"])
    one, two, three, four = customers(amina, ["North", "South", "South", None])
    done = change(made, amina, "text")
    actions.set_own(two, {"fact": "North"}, by=amina)
    actions.set_own(three, {"fact": None}, by=amina)
    actions.set_own(four, {"fact": "West"}, by=amina)
    back = carry.take_back(done, by=amina)
    assert [own(each) for each in (one, two, three, four)] == ["North", "North", None, None]
    assert (back.converted, back.aside) == (1, 1)
    assert AsideValue.objects.get().text == "West"


def test_a_word_called_otherwise_takes_its_values_along_and_old_addresses_still_find_them(as_amina, amina):
    made = field(amina, "Fact", "choice", ["North", "South"])
    one, two = customers(amina, ["North", "South"])
    done = change(made, amina, "choice", ["Northern", "South"], words={"North": "Northern"})
    assert (own(one), own(two), done.aside) == ("Northern", "South", 0)
    html = as_amina.get("/customers/?own-fact=is:North").content.decode()
    assert "Shop 0" in html
    assert "Shop 1" not in html
    actions.set_own(two, {"fact": "north"}, by=amina)  # an old file speaks the old word
    assert own(two) == "Northern"


def test_a_word_that_leaves_goes_to_another_or_aside(amina):
    made = field(amina, "Fact", "choices", ["A", "B", "C"])
    one, two = customers(amina, [["A", "B"], ["C"]])
    change(made, amina, "choices", ["A"], words={"B": "A", "C": ""})
    assert (own(one), own(two)) == (["A"], None)
    assert [(kept.customer, kept.text) for kept in AsideValue.objects.all()] == [(two, "C")]


def test_what_is_written_while_values_are_carried_over_goes_along(
    amina, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(carry, "AT_ONCE", 1)
    monkeypatch.setattr(carry, "PIECE", 2)
    monkeypatch.setattr(carry, "SETTLE", 0)
    monkeypatch.setattr("grahak.customers.changing.jobs.carry_values", Later := _Later())
    made = field(amina, "Fact")
    every = customers(amina, ["1", "2", "x", "4", "5"])
    with django_capture_on_commit_callbacks(execute=True):
        running = change(made, amina, "number")
    custom.forget()
    assert own(every[0]) == "1"
    assert carry._piece(FieldChange.objects.select_related("field", "to").get(pk=running.pk)) is True
    actions.set_own(every[0], {"fact": "10"}, by=amina)  # carried over already: carried over again
    actions.set_own(every[1], {"fact": None}, by=amina)
    actions.set_own(every[4], {"fact": "five"}, by=amina)
    with pytest.raises(Conflict):
        change(made, amina, "date")
    assert Later.asked == [running.pk]
    assert carry.carry(running.pk) == 2
    assert carry.carry(running.pk) == 2  # a second run changes nothing
    assert [own(one) for one in every] == [10, None, None, 4, None]
    assert sorted(AsideValue.objects.values_list("text", flat=True)) == ["five", "x"]
    actions.set_own(every[0], {"fact": "9"}, by=amina)
    assert own(every[0]) == 9


class _Later:
    def __init__(self) -> None:
        self.asked: list[int] = []

    def enqueue(self, change: int) -> None:
        self.asked.append(change)


def test_killed_in_between_it_goes_on_where_it_was(amina, monkeypatch):
    monkeypatch.setattr(carry, "AT_ONCE", 1)
    monkeypatch.setattr(carry, "PIECE", 2)
    monkeypatch.setattr(carry, "SETTLE", 0)
    made = field(amina, "Fact", "choices", ["A", "B"])
    every = customers(amina, [["A", "B"], ["B"], ["A"], ["A", "B"]])
    running = change(made, amina, "choices", ["A", "Z"], words={"B": "Z"})
    assert carry._piece(FieldChange.objects.select_related("field", "to").get(pk=running.pk)) is True
    carry.carry(running.pk)
    assert [own(one) for one in every] == [["A", "Z"], ["Z"], ["A"], ["A", "Z"]]


def test_the_page_asks_first_and_says_what_fits(as_amina, amina):
    made = field(amina, "Fact")
    customers(amina, ["1,200", "many", "many"])
    url = f"/settings/fields/{made.pk}/"
    asked = as_amina.post(url, {"name": "Fact", "kind": "number"}).content.decode()
    assert "3 customers have a value here." in asked
    assert "1 can be carried over" in asked
    assert "2 cannot" in asked
    assert "many" in asked
    made.refresh_from_db()
    assert made.kind == "text"
    answer = as_amina.post(url, {"name": "Fact", "kind": "number", "sure": "1"})
    now = CustomField.objects.get(code="fact")
    assert answer["Location"] == f"/settings/fields/{now.pk}/"
    assert now.kind == "number"
    aside = as_amina.get(f"/settings/fields/{now.pk}/aside/").content.decode()
    assert aside.count("many") == 2
    kept = AsideValue.objects.order_by("pk").first()
    custom.forget()
    as_amina.post(f"/settings/fields/{now.pk}/aside/{kept.pk}/", {"own-fact": "twelve"})
    assert AsideValue.objects.filter(settled_at=None).count() == 2
    as_amina.post(f"/settings/fields/{now.pk}/aside/{kept.pk}/", {"own-fact": "12"})
    assert own(kept.customer) == Decimal(12)
    as_amina.post(f"/settings/fields/changes/{FieldChange.objects.get().pk}/undo/")
    assert CustomField.objects.get(code="fact").pk == made.pk
    assert own(kept.customer) == "12"


def test_words_are_changed_in_boxes_and_the_page_asks_where_removed_ones_go(as_amina, amina):
    made = field(amina, "Fact", "choice", ["A", "B", "C"])
    one, two = customers(amina, ["A", "B"])
    url = f"/settings/fields/{made.pk}/"
    assert 'name="word-1" value="B"' in as_amina.get(url).content.decode()
    form = {"name": "Fact", "kind": "choice", "word-0": "Alpha", "word-1": "", "word-2": "C", "options": "D"}
    asked = as_amina.post(url, form).content.decode()
    assert 'name="to-1"' in asked
    as_amina.post(url, form | {"sure": "1", "to-0": "Alpha", "to-1": "D"})
    custom.forget()
    assert custom.field_named("own-fact").options == ["Alpha", "C", "D"]
    assert (own(one), own(two)) == ("Alpha", "D")


def test_a_word_that_nobody_has_leaves_without_a_question(as_amina, amina):
    made = field(amina, "Fact", "choice", ["A", "B"])
    customers(amina, ["A"])
    as_amina.post(
        f"/settings/fields/{made.pk}/", {"name": "Fact", "kind": "choice", "word-0": "A", "word-1": ""}
    )
    made.refresh_from_db()
    assert made.options == ["A"]
    assert not FieldChange.objects.exists()


def test_help_heading_and_what_a_customer_begins_with_stand_in_the_forms(as_amina, amina):
    made = field(amina, "Fact", "choice", ["A", "B"])
    form = {"name": "Fact", "kind": "choice", "word-0": "A", "word-1": "B", "help_text": "As on the bill",
            "section": "Delivery", "default": "b", "is_required": "on"}  # fmt: skip
    assert as_amina.post(f"/settings/fields/{made.pk}/", form | {"default": "Z"}).status_code == 422
    as_amina.post(f"/settings/fields/{made.pk}/", form)
    custom.forget()
    page = as_amina.get("/customers/add/").content.decode()
    assert "As on the bill" in page
    assert '<option value="B" selected>' in page
    bad = as_amina.post("/customers/add/", {"name": "Asha", "kind": "business", "own-fact": ""})
    assert bad.status_code == 422
    as_amina.post("/customers/add/", {"name": "Asha", "kind": "business", "own-fact": "A"})
    (pk,) = CustomValue.objects.values_list("customer_id", flat=True)
    assert "Delivery" in as_amina.get(f"/customers/{pk}/").content.decode()


def test_the_plan_of_many_different_values_is_cut_and_says_so(amina, monkeypatch):
    monkeypatch.setattr(plan, "MOST_DIFFERENT", 2)
    made = field(amina, "Fact")
    customers(amina, ["1", "2", "3"])
    found = plan.plan(made, CustomField(kind="number", name="Fact"), {})
    assert (found.total, found.fits, found.is_cut) == (3, 2, True)
