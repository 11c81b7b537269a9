"""Leads: written down, given out, talked to, won and lost; who sees which."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions
from grahak.customers.leads import actions as leads
from grahak.customers.leads import seeds
from grahak.customers.models import Activity, Customer, Lead, LeadSource, LifecycleChange, Task

pytestmark = pytest.mark.django_db


def steps(customer: Customer) -> list[tuple[str, str, str]]:
    rows = LifecycleChange.objects.filter(customer=customer).order_by("pk")
    return list(rows.values_list("before", "after", "why"))


def captured(by: User | None, name: str = "Anmol Textiles", **fields: Any) -> Lead:
    return leads.capture(by=by, name=name, **({"source": "phone"} | fields))


def test_a_name_and_a_phone_make_a_lead(as_bilal: Client, bilal: User) -> None:
    source = seeds.source("walk_in")
    answer = as_bilal.post(
        "/leads/add/",
        {"name": "Anmol Textiles", "phones": "98250 77777", "source": source.pk, "wants": "Georgette, 40 than",
         "worth": "1,25,000", "kind": "business"},
    )  # fmt: skip
    customer = Customer.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == customer.get_absolute_url()
    lead = Lead.objects.get()
    assert (customer.lifecycle, lead.state, lead.source, lead.wants, lead.worth) == (
        "lead", "new", source, "Georgette, 40 than", Decimal("125000"),
    )  # fmt: skip
    assert steps(customer) == [("", "lead", "captured")]
    assert AuditEntry.objects.filter(action="customers.lead.captured", by=bilal).count() == 1


def test_a_lead_without_a_name_is_refused_at_its_field(as_bilal: Client) -> None:
    answer = as_bilal.post("/leads/add/", {"phones": "98250 77777", "source": seeds.source("phone").pk})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    assert Lead.objects.count() == 0


def test_who_may_be_the_one_stands_beside_the_form(as_bilal: Client, bilal: User) -> None:
    lead = captured(bilal, phones=["98250 77777"])
    page = as_bilal.get("/leads/likely/", {"name": "", "phones": "+91 98250 77777"}).content.decode()
    assert "Anmol Textiles" in page
    assert f'name="customer" value="{lead.customer_id}"' in page


def test_it_is_them_adds_to_the_open_lead(as_bilal: Client, bilal: User) -> None:
    lead = captured(bilal, wants="Georgette")
    answer = as_bilal.post(
        "/leads/add/",
        {"name": "Anmol", "source": lead.source_id, "wants": "Chiffon", "kind": "business",
         "customer": lead.customer_id},
    )  # fmt: skip
    assert answer.status_code == 302
    assert [one.wants for one in Lead.objects.all()] == ["Georgette\nChiffon"]


def test_who_buys_already_is_no_lead(bilal: User) -> None:
    known = actions.add_customer(by=bilal, name="Mehta Saree Centre")
    with pytest.raises(ValidationError) as refused:
        leads.capture(by=bilal, customer=known, source="phone")
    assert list(refused.value.message_dict) == ["customer"]


def test_an_answered_call_is_the_first_word_and_an_unanswered_one_is_not(bilal: User) -> None:
    lead = captured(bilal, at=timezone.now() - dt.timedelta(hours=3))
    actions.record_call(lead.customer, by=bilal, answered=False)
    lead.refresh_from_db()
    assert (lead.state, lead.first_talk_at) == ("new", None)
    call = actions.record_call(lead.customer, by=bilal, text="Wants samples")
    lead.refresh_from_db()
    assert (lead.state, lead.first_talk_at, lead.first_talk_by) == ("talking", call.at, bilal)
    actions.record_call(lead.customer, by=bilal)
    lead.refresh_from_db()
    assert lead.first_talk_at == call.at


def test_a_lead_becomes_a_prospect_and_then_a_customer_with_only_what_is_missing_asked(
    as_bilal: Client, bilal: User
) -> None:
    lead = captured(bilal, city="Surat")
    as_bilal.post(f"/leads/{lead.pk}/qualify/")
    assert Customer.objects.get().lifecycle == "prospect"
    form = as_bilal.get(f"/leads/{lead.pk}/convert/").context["form"]
    assert "city" not in form.fields
    assert "tax_id" in form.fields
    answer = as_bilal.post(f"/leads/{lead.pk}/convert/", {"kind": "business", "tax_id": "24ABCDE1234F1Z5"})
    customer = Customer.objects.get()
    assert answer.headers["Location"] == customer.get_absolute_url()
    assert (customer.lifecycle, customer.city, customer.tax_id) == ("customer", "Surat", "24ABCDE1234F1Z5")
    assert steps(customer) == [
        ("", "lead", "captured"), ("lead", "prospect", "qualified"), ("prospect", "customer", "converted"),
    ]  # fmt: skip
    assert Lead.objects.get().state == "won"


def test_conversion_goes_on_to_the_first_order(as_bilal: Client, bilal: User) -> None:
    lead = captured(bilal)
    answer = as_bilal.post(f"/leads/{lead.pk}/convert/", {"kind": "business", "order": "1"})
    assert answer.headers["Location"] == f"/orders/new/?customer={lead.customer_id}"


def test_a_lead_is_lost_with_a_reason_and_opened_again(as_bilal: Client, bilal: User) -> None:
    lead = captured(bilal)
    leads.qualify(lead, by=bilal)
    reason = seeds.reason("price")
    as_bilal.post(f"/leads/{lead.pk}/lose/", {"reason": reason.pk, "note": "10% too dear"})
    lead.refresh_from_db()
    assert (lead.state, lead.lost_reason, lead.lost_note) == ("lost", reason, "10% too dear")
    assert Customer.objects.get().lifecycle == "prospect"
    as_bilal.post(f"/leads/{lead.pk}/reopen/")
    lead.refresh_from_db()
    assert (lead.state, lead.lost_reason, lead.lost_at) == ("qualified", None, None)
    kinds = list(Activity.objects.filter(group="notes").order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "customers.lead.captured", "customers.lead.qualified", "customers.lead.lost", "customers.lead.reopened",
    ]  # fmt: skip


def test_a_closed_lead_is_neither_qualified_nor_lost_again(bilal: User) -> None:
    lead = captured(bilal)
    leads.lose(lead, seeds.reason("silent"), by=bilal)
    with pytest.raises(ValidationError):
        leads.qualify(lead, by=bilal)
    with pytest.raises(ValidationError):
        leads.lose(lead, seeds.reason("price"), by=bilal)


def test_a_customer_has_one_open_lead(bilal: User) -> None:
    first = captured(bilal)
    leads.lose(first, seeds.reason("later"), by=bilal)
    second = leads.capture(by=bilal, customer=first.customer, source="whatsapp")
    assert second.pk != first.pk
    with pytest.raises(ValidationError):
        leads.reopen(first, by=bilal)


def test_the_list_shows_what_is_asked_and_nobody_elses(
    as_bilal: Client, as_chirag: Client, bilal: User, chirag: User, amina: User
) -> None:
    mine = captured(bilal, name="Mine", owner=bilal)
    captured(bilal, name="Nobody’s")
    captured(chirag, name="In Surat", owner=chirag)
    lost = captured(bilal, name="Lost", owner=bilal)
    leads.lose(lost, seeds.reason("price"), by=bilal)

    def names(client: Client, query: str) -> list[str]:
        return [lead.customer.name for lead in client.get(f"/leads/?{query}").context["page"].rows]

    assert names(as_bilal, "") == ["Nobody’s", "Mine"]
    assert names(as_bilal, "tab=mine") == ["Mine"]
    assert names(as_bilal, "tab=nobody") == ["Nobody’s"]
    assert names(as_bilal, "tab=lost") == ["Lost"]
    assert names(as_bilal, f"who={bilal.pk}") == ["Mine"]
    assert names(as_bilal, "q=nobo") == ["Nobody’s"]
    assert names(as_chirag, "tab=open") == ["In Surat"]
    assert as_bilal.get("/leads/").context["counts"] == {
        "open": 2, "mine": 1, "nobody": 1, "today": 3, "unheard": 2, "prospects": 0, "won": 0, "lost": 1,
        "chosen": 2,
    }  # fmt: skip
    assert as_chirag.post(f"/leads/{mine.pk}/qualify/").status_code == 404
    assert as_chirag.get(f"/leads/{mine.pk}/lose/").status_code == 404


def test_thirty_leads_cost_no_more_questions_than_three(
    as_amina: Client, amina: User, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert as_amina.get("/leads/").status_code == 200
        return len(caught)

    for number in range(3):
        one = captured(amina, name=f"Lead {number}", phones=[f"98250 0000{number}"], owner=amina)
        actions.add_task(by=amina, title="Ring up", customer=one.customer)
    as_amina.get("/leads/")
    few = asked()
    for number in range(27):
        one = captured(amina, name=f"More {number}", owner=amina)
        actions.add_task(by=amina, title="Ring up", customer=one.customer)
    assert asked() == few


def test_pages_of_leads_follow_each_other(as_amina: Client, amina: User, monkeypatch: Any) -> None:
    from grahak.customers.leads import question

    monkeypatch.setattr(question, "SIZE", 2)
    for number in range(3):
        captured(amina, name=f"Lead {number}", at=timezone.now() - dt.timedelta(hours=number))
    first = as_amina.get("/leads/").context["page"]
    assert [lead.customer.name for lead in first.rows] == ["Lead 0", "Lead 1"]
    second = as_amina.get("/leads/", {"after": first.after}).context["page"]
    assert [lead.customer.name for lead in second.rows] == ["Lead 2"]


def test_the_board_shows_leads_by_state_with_their_worth(as_amina: Client, amina: User) -> None:
    captured(amina, name="New", worth=Decimal(1000))
    leads.qualify(captured(amina, name="Prospect", worth=Decimal(2500)), by=amina)
    page = as_amina.get("/leads/?as=board")
    columns = {column["state"].value: column for column in page.context["columns"]}
    assert (columns["new"]["many"], columns["new"]["worth"]) == (1, Decimal(1000))
    assert (columns["qualified"]["many"], columns["qualified"]["worth"]) == (1, Decimal(2500))
    assert "columns" in as_amina.get("/leads/").context


def test_who_waits_a_day_is_marked_late(amina: User) -> None:
    from grahak.customers.leads.question import tone

    now = timezone.now()
    lead = captured(amina, at=now - dt.timedelta(hours=25))
    assert tone(lead, now) == "owed"
    assert tone(captured(amina, name="B", at=now - dt.timedelta(hours=5)), now) == "wait"
    assert tone(captured(amina, name="C", at=now - dt.timedelta(hours=1)), now) == ""


def test_the_last_touch_and_the_next_task_stand_in_the_list(as_amina: Client, amina: User) -> None:
    lead = captured(amina)
    actions.add_task(by=amina, title="Later", customer=lead.customer, due_on=dt.date(2031, 5, 2))
    actions.add_task(by=amina, title="Sooner", customer=lead.customer, due_on=dt.date(2031, 5, 1))
    call = actions.record_call(lead.customer, by=amina)
    row: Any = as_amina.get("/leads/").context["page"].rows[0]
    assert row.next_task == Task.objects.get(title="Sooner")
    assert row.touched_at >= call.at


def test_a_lead_stands_on_the_customers_page(as_bilal: Client, bilal: User) -> None:
    lead = captured(bilal, wants="Georgette <b>", worth=Decimal(5000))
    page = as_bilal.get(lead.customer.get_absolute_url()).content.decode()
    assert "Georgette &lt;b&gt;" in page
    assert f"/leads/{lead.pk}/convert/" in page


def test_a_counter_of_another_branch_gets_no_lead(as_chirag: Client, bilal: User, rajkot: Branch) -> None:
    lead = captured(bilal, branch=rajkot)
    for way in ("edit", "lose", "convert"):
        assert as_chirag.get(f"/leads/{lead.pk}/{way}/").status_code == 404
    assert as_chirag.post(f"/leads/{lead.pk}/reopen/").status_code == 404


def test_the_lists_filter_and_column_know_the_lifecycle_and_the_team(as_amina: Client, amina: User) -> None:
    from grahak.core.models import Team

    team = Team.objects.create(name="Wholesale")
    lead = captured(amina, name="A lead")
    actions.add_customer(by=amina, name="A customer", team=team)
    page = as_amina.get("/customers/?lifecycle=is:lead").context["page"]
    assert [row.name for row in page.rows] == [lead.customer.name]
    assert [row.name for row in as_amina.get(f"/customers/?team=is:{team.pk}").context["page"].rows] == [
        "A customer"
    ]
    assert [row.name for row in as_amina.get("/customers/?team=is:none").context["page"].rows] == ["A lead"]
    as_amina.post("/customers/columns/", {"columns": ["name", "lifecycle", "team", "referred_by"]})
    assert "Wholesale" in as_amina.get("/customers/").content.decode()


def test_the_team_is_changed_where_it_stands(as_amina: Client, amina: User) -> None:
    from grahak.core.models import Team

    team = Team.objects.create(name="Wholesale")
    one = actions.add_customer(by=amina, name="Mehta Saree Centre")
    as_amina.post(f"/customers/{one.pk}/facts/team/", {"team": team.pk})
    one.refresh_from_db()
    assert one.team == team


def test_sources_of_the_shops_own_are_added_and_put_away(as_amina: Client, as_bilal: Client) -> None:
    assert (
        as_amina.post("/settings/leads/", {"which": "source", "name": "Garba night stall"}).status_code == 302
    )
    own = LeadSource.objects.get(name="Garba night stall")
    assert (
        as_amina.post("/settings/leads/", {"which": "source", "name": "garba night stall"}).status_code == 422
    )
    as_amina.post(f"/settings/leads/source/{own.pk}/")
    assert LeadSource.objects.get(pk=own.pk).archived_at is not None
    as_amina.post("/settings/leads/", {"which": "source", "name": "Garba night stall"})
    assert LeadSource.objects.get(pk=own.pk).archived_at is None
    assert as_bilal.get("/settings/leads/").status_code == 404
