"""The verbs of the room: what they keep, what they refuse, what they leave in the audit log."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions
from grahak.customers.models import (
    Activity,
    Consent,
    Contact,
    Customer,
    CustomerTag,
    Identity,
    NameKey,
    SavedView,
    Tag,
)


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def mehta(amina: User) -> Customer:
    return actions.add_customer(
        by=amina,
        name="Mehta Saree Centre",
        phones=["98250 41276"],
        emails=["Hasmukh@Mehta.Example"],
        contact_name="Hasmukh Mehta",
        city="Rajkot",
        tags=["Wedding"],
        other_names={"gu": "મહેતા સાડી સેન્ટર"},
    )


def test_a_new_customer_has_a_main_contact_normal_identities_and_one_line_in_the_day_book(
    mehta: Customer, amina: User
) -> None:
    contact = mehta.contacts.get()
    assert (contact.name, contact.is_primary) == ("Hasmukh Mehta", True)
    assert [(one.kind, one.value, one.shown) for one in contact.identities.order_by("kind")] == [
        ("email", "hasmukh@mehta.example", "Hasmukh@Mehta.Example"),
        ("phone", "+919825041276", "98250 41276"),
    ]
    assert mehta.branch == amina.branch
    assert mehta.name_sort == "mehta saree centre"
    assert [one.kind for one in mehta.activities.all()] == ["customers.customer.added"]
    assert [link.tag.name for link in mehta.tag_links.all()] == ["Wedding"]
    assert audited() == ["customers.customer.added"]


def test_a_name_without_letters_to_keep_is_refused_and_nothing_is_kept(amina: User) -> None:
    with pytest.raises(ValidationError) as error:
        actions.add_customer(by=amina, name=" \u202e\u200f ")
    assert list(error.value.message_dict) == ["name"]
    assert Customer.objects.count() == 0


def test_a_name_of_300_letters_is_refused_by_name(amina: User) -> None:
    with pytest.raises(ValidationError) as error:
        actions.add_customer(by=amina, name="x" * 300)
    assert list(error.value.message_dict) == ["name"]
    assert AuditEntry.objects.count() == 0


def test_emoji_stay_and_direction_marks_go(amina: User) -> None:
    customer = actions.add_customer(by=amina, name="Noor \u202eBridal\x00 🌸\n Store")
    assert customer.name == "Noor Bridal 🌸 Store"


def test_letters_that_are_no_phone_are_refused_by_field(amina: User) -> None:
    with pytest.raises(ValidationError) as error:
        actions.add_customer(by=amina, name="Iqbal", phones=["call the shop"])
    assert list(error.value.message_dict) == ["phones"]
    assert Customer.objects.count() == 0


def test_a_phone_that_no_country_uses_is_kept_by_its_digits(amina: User) -> None:
    customer = actions.add_customer(by=amina, name="Iqbal", phones=["12345 6"])
    assert Identity.objects.get(contact__customer=customer).value == "123456"


def test_one_phone_may_serve_two_customers_but_a_card_only_one(mehta: Customer, amina: User) -> None:
    other = actions.add_customer(by=amina, name="Bhavesh Mehta", kind="person", phones=["+91 98250 41276"])
    assert Identity.objects.filter(kind="phone", value="+919825041276").count() == 2
    actions.add_identity(mehta.contacts.get(), "card", "K-77", by=amina)
    with pytest.raises(ValidationError):
        actions.add_identity(other.contacts.get(), "card", "K-77", by=amina)
    assert Identity.objects.filter(kind="card").count() == 1


def test_editing_writes_only_what_differs(mehta: Customer, amina: User) -> None:
    actions.edit_customer(mehta, by=amina, city="Rajkot", credit_limit=Decimal("600000"))
    entry = AuditEntry.objects.latest("pk")
    assert entry.action == "customers.customer.edited"
    assert entry.detail == {"changes": {"credit_limit": ["", "600000"]}}
    before = AuditEntry.objects.count()
    actions.edit_customer(mehta, by=amina, city="Rajkot")
    assert AuditEntry.objects.count() == before


def test_renaming_a_person_renames_the_contact_and_the_keys(amina: User) -> None:
    customer = actions.add_customer(by=amina, name="Mohammad Iqbal", kind="person")
    old = set(NameKey.objects.values_list("token", flat=True))
    actions.edit_customer(customer, by=amina, name="Rekha Sharma")
    assert customer.contacts.get().name == "Rekha Sharma"
    assert not old & set(NameKey.objects.values_list("token", flat=True))
    assert customer.name_sort == "rekha sharma"


def test_a_credit_limit_below_nothing_is_refused(mehta: Customer, amina: User) -> None:
    with pytest.raises(ValidationError) as error:
        actions.edit_customer(mehta, by=amina, credit_limit=Decimal(-1))
    assert list(error.value.message_dict) == ["credit_limit"]


def test_an_unknown_field_is_a_programming_error(mehta: Customer, amina: User) -> None:
    with pytest.raises(TypeError):
        actions.edit_customer(mehta, by=amina, archived_at=None)


def test_putting_away_and_bringing_back(mehta: Customer, amina: User) -> None:
    actions.archive_customer(mehta, by=amina)
    assert list(Customer.objects.active()) == []
    actions.archive_customer(mehta, by=amina)
    actions.restore_customer(mehta, by=amina)
    assert list(Customer.objects.active()) == [mehta]
    assert audited()[-2:] == ["customers.customer.archived", "customers.customer.restored"]


def test_telling_twice_rewrites_the_line(mehta: Customer, amina: User) -> None:
    for amount in (Decimal(100), Decimal(250)):
        actions.tell(
            mehta,
            "sales.order.placed",
            group="orders",
            subject="order",
            subject_id=7,
            title="B-7",
            amount=amount,
        )
    lines = Activity.objects.filter(kind="sales.order.placed")
    assert [(one.title, one.amount) for one in lines] == [("B-7", Decimal(250))]


def test_telling_again_without_a_time_keeps_the_first_time(mehta: Customer) -> None:
    then = timezone.now() - dt.timedelta(days=3)
    actions.tell(mehta, "a.b.c", group="other", at=then, subject="x", subject_id=1)
    assert actions.tell(mehta, "a.b.c", group="other", subject="x", subject_id=1).at == then


def test_notes_calls_and_tasks_stand_in_the_day_book(mehta: Customer, amina: User) -> None:
    actions.write_note(mehta, "Wants lighter georgette.\r\n<script>", by=amina)
    actions.record_call(mehta, by=amina, text="Will come on Thursday", answered=False)
    task = actions.add_task(by=amina, customer=mehta, title="Collect cheque", due_on=dt.date(2026, 11, 26))
    actions.finish_task(task, by=amina)
    told = list(mehta.activities.order_by("pk").values_list("kind", "group", "text"))[1:]
    assert told == [
        ("customers.note.written", "notes", "Wants lighter georgette.\n<script>"),
        ("customers.call.made", "messages", "Will come on Thursday"),
        ("customers.task.added", "tasks", ""),
        ("customers.task.done", "tasks", ""),
    ]
    actions.reopen_task(task, by=amina)
    task.refresh_from_db()
    assert task.done_at is None
    assert not mehta.activities.filter(kind="customers.task.done").exists()


def test_the_second_tick_keeps_the_first_ticker(mehta: Customer, amina: User, bilal: User) -> None:
    task = actions.add_task(by=amina, customer=mehta, title="Collect cheque")
    actions.finish_task(task, by=bilal)
    actions.finish_task(task, by=amina)
    task.refresh_from_db()
    assert task.done_by == bilal


def test_an_empty_note_is_refused(mehta: Customer, amina: User) -> None:
    with pytest.raises(ValidationError):
        actions.write_note(mehta, " \n ", by=amina)
    assert not mehta.activities.filter(group="notes").exists()


def test_the_newest_statement_holds_and_the_old_ones_stay(mehta: Customer, amina: User) -> None:
    contact = mehta.contacts.get()
    actions.grant_consent(contact, "email", "offers", by=amina, how="signed form", notice="v3")
    actions.withdraw_consent(contact, "email", "offers", by=amina, how="asked on the phone")
    rows = Consent.objects.filter(contact=contact).order_by("pk").values_list("state", "is_current", "how")
    assert list(rows) == [("granted", False, "signed form"), ("withdrawn", True, "asked on the phone")]


def test_a_late_found_older_yes_does_not_undo_a_no(mehta: Customer, amina: User) -> None:
    contact = mehta.contacts.get()
    actions.withdraw_consent(contact, "sms", "offers", by=amina, how="replied STOP")
    long_ago = timezone.now() - dt.timedelta(days=400)
    actions.grant_consent(contact, "sms", "offers", by=amina, how="old paper form", at=long_ago)
    assert Consent.objects.get(contact=contact, is_current=True).state == "withdrawn"


def test_consent_without_how_is_refused(mehta: Customer, amina: User) -> None:
    with pytest.raises(ValidationError):
        actions.grant_consent(mehta.contacts.get(), "email", "offers", by=amina, how=" ")
    assert Consent.objects.count() == 0


def test_tagging_counts_the_new_ones_and_undo_takes_only_those_back(amina: User) -> None:
    had = actions.add_customer(by=amina, name="Iqbal", tags=["Diwali"])
    new = actions.add_customer(by=amina, name="Rekha")
    batch = actions.tag_customers([had.pk, new.pk, 999_999], "diwali", by=amina)
    assert batch.customers == 1  # type: ignore[attr-defined]
    assert Tag.objects.count() == 1
    assert actions.undo(batch, by=amina) == 1
    assert actions.undo(batch, by=amina) == 0
    assert list(CustomerTag.objects.values_list("customer", flat=True)) == [had.pk]


def test_untagging_assigning_and_putting_away_are_undone(amina: User, bilal: User) -> None:
    one = actions.add_customer(by=amina, name="Iqbal", tags=["Diwali"])
    untag = actions.untag_customers([one.pk], "Diwali", by=amina)
    assign = actions.assign_owner([one.pk], bilal, by=amina)
    away = actions.archive_customers([one.pk], by=amina)
    one.refresh_from_db()
    assert (one.owner, one.archived_at is None, one.tag_links.count()) == (bilal, False, 0)
    for batch in (untag, assign, away):
        assert actions.undo(batch, by=amina) == 1
    one.refresh_from_db()
    assert (one.owner, one.archived_at, one.tag_links.count()) == (None, None, 1)


def test_the_main_contact_cannot_be_removed_until_another_is(mehta: Customer, amina: User) -> None:
    main = mehta.contacts.get()
    son = actions.add_contact(mehta, by=amina, name="Bhavesh", role="son", phones=["98795 20418"])
    with pytest.raises(ValidationError):
        actions.remove_contact(main, by=amina)
    actions.make_primary(son, by=amina)
    main.refresh_from_db()
    actions.remove_contact(main, by=amina)
    assert [one.name for one in Contact.objects.filter(customer=mehta)] == ["Bhavesh"]


def test_a_contacts_name_finds_the_customer(mehta: Customer) -> None:
    from grahak.core.names import skeleton

    assert NameKey.objects.filter(customer=mehta, kind="s", token=skeleton("hasmukh")).exists()
    assert set(NameKey.objects.filter(customer=mehta).values_list("tokens", flat=True)) == {3}


def test_views_are_saved_renamed_and_removed_with_an_audit_line_each(amina: User) -> None:
    view = actions.save_view(by=amina, name="Near limit", query="balance=gt:1000")
    actions.edit_view(view, by=amina, name="Over limit", is_shared=True)
    actions.remove_view(view, by=amina)
    assert not SavedView.objects.filter(name="Over limit").exists()
    assert audited() == ["customers.view.saved", "customers.view.edited", "customers.view.removed"]


def test_indexing_again_changes_nothing(mehta: Customer, surat: Branch) -> None:
    before = set(NameKey.objects.values_list("customer", "kind", "token", "tokens"))
    assert actions.index_names([mehta.pk]) == 1
    assert set(NameKey.objects.values_list("customer", "kind", "token", "tokens")) == before


@pytest.mark.parametrize("name", ["\u200b", "\u202e\u200b", "\u200d \u200c", "\u3164", "\u2060\u00ad"])
def test_a_name_that_nobody_sees_is_no_name(amina: User, name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.add_customer(by=amina, name=name)
    assert set(caught.value.message_dict) == {"name"}


def test_signs_that_nobody_sees_are_not_kept_and_joiners_are(amina: User) -> None:
    customer = actions.add_customer(by=amina, name="Iqb\u200bal\u00ad क्\u200dष")
    assert customer.name == "Iqbal क्\u200dष"


@pytest.mark.parametrize("days", [-1, 3651, 2**62])
def test_credit_days_are_some_that_a_day_can_be_reckoned_with(amina: User, days: int) -> None:
    customer = actions.add_customer(by=amina, name="Iqbal Traders", credit_days=3650)
    with pytest.raises(ValidationError) as caught:
        actions.edit_customer(customer, by=amina, credit_days=days)
    assert set(caught.value.message_dict) == {"credit_days"}


def test_a_yes_of_a_day_to_come_does_not_outlast_a_no_said_afterwards(amina: User) -> None:
    contact = actions.add_customer(by=amina, name="Iqbal Traders", phones=["98250 11111"]).contacts.get()
    ahead = timezone.now() + dt.timedelta(days=365)
    actions.grant_consent(contact, "sms", "offers", by=None, how="web shop", at=ahead)
    assert actions.withdraw_consent(contact, "sms", "offers", by=amina, how="phoned").is_current
