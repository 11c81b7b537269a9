"""Rules for leads: which one decides, fair turns, closed log-ins, a dry run that changes nothing."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client

from grahak.core.models import Branch, Team, User
from grahak.customers.actions import tag_customers
from grahak.customers.leads import actions as leads
from grahak.customers.leads import giving, lists, rules, seeds
from grahak.customers.models import Activity, Customer, Lead, LeadGiven, LeadRule, RuleTurn

pytestmark = pytest.mark.django_db


def rule(by: User, name: str = "Rule", **fields: Any) -> LeadRule:
    return lists.save_rule(None, by=by, name=name, **fields)


def asks(on: str, op: str, *values: str) -> dict[str, Any]:
    return {"on": on, "op": op, "values": list(values)}


@pytest.fixture
def team(bilal: User, amina: User, rajkot: Branch) -> Team:
    made = Team.objects.create(name="Rajkot round")
    User.objects.filter(pk=bilal.pk).update(team=made)
    for name in ("dina", "esha"):
        User.objects.create_user(
            f"{name}@kapasi.example", None, name=name.title(), role="salesman", branch=rajkot, team=made
        )
    return made


def owners(given: list[Lead]) -> list[str]:
    return [Lead.objects.get(pk=one.pk).customer.owner.name.split()[0] for one in given]  # type: ignore[union-attr]


def test_the_first_rule_that_fits_decides_and_is_told(amina: User, bilal: User, chirag: User) -> None:
    rule(amina, "Surat", conditions=[asks("city", "is", "Surat", "Navsari")], gives="person", person=chirag)
    rule(amina, "Everything else", gives="person", person=bilal)
    far = leads.capture(by=amina, name="A", city="SURAT ", source="phone")
    near = leads.capture(by=amina, name="B", city="Rajkot", source="phone")
    assert (far.customer.owner, near.customer.owner) == (chirag, bilal)
    assert list(LeadGiven.objects.order_by("pk").values_list("rule_name", flat=True)) == [
        "Surat",
        "Everything else",
    ]
    line = Activity.objects.get(kind="customers.lead.given", customer=far.customer)
    assert line.facts["rule"] == "Surat"
    # chirag sees his own branch only: the customer is his branch's now
    assert Customer.objects.get(pk=far.customer_id).branch == chirag.branch


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (asks("kind", "is", "business"), True),
        (asks("kind", "is", "person"), False),
        (asks("language", "is", "gu", "hi"), True),
        (asks("city", "not", "Surat"), True),
        (asks("worth", "least", "50,000"), True),
        (asks("worth", "least", "50,001"), False),
        (asks("worth", "most", "50000"), True),
        (asks("tag", "is", "diwali"), True),
        (asks("tag", "not", "Diwali"), False),
        (asks("region", "is", "Gujarat"), False),
        (asks("country", "is", "IN"), True),
    ],
)
def test_what_a_rule_can_ask(condition: dict[str, Any], fits: bool, amina: User) -> None:
    lead = leads.capture(
        by=amina, name="A", kind="business", language="gu", city="Rajkot", country="IN", worth=Decimal(50_000),
        source="exhibition",
    )  # fmt: skip
    tag_customers([lead.customer_id], "Diwali", by=amina)
    facts = rules.facts_of(Lead.objects.select_related("customer"))[lead.pk]
    assert rules.holds(rules.checked([condition]), facts) is fits


def test_the_source_decides(amina: User, bilal: User) -> None:
    source = seeds.source("exhibition")
    rule(amina, conditions=[asks("source", "is", str(source.pk))], gives="person", person=bilal)
    assert leads.capture(by=amina, name="A", source="phone").customer.owner is None
    assert leads.capture(by=amina, name="B", source=source).customer.owner == bilal


def test_turns_are_fair_and_pass_over_a_closed_log_in(amina: User, bilal: User, team: Team) -> None:
    made = rule(amina, gives="turns", team=team)
    six = [leads.capture(by=amina, name=f"Lead {n}", source="phone") for n in range(6)]
    assert owners(six) == ["Bilal", "Dina", "Esha", "Bilal", "Dina", "Esha"]
    User.objects.filter(name="Dina").update(is_active=False)
    three = [leads.capture(by=amina, name=f"More {n}", source="phone") for n in range(3)]
    assert owners(three) == ["Bilal", "Esha", "Bilal"]
    User.objects.filter(name="Dina").update(is_active=True)
    three = [leads.capture(by=amina, name=f"Again {n}", source="phone") for n in range(3)]
    assert owners(three) == ["Dina", "Esha", "Bilal"]
    given = dict(RuleTurn.objects.filter(rule=made).values_list("person__name", "given"))
    assert given == {"Bilal Shaikh": 5, "Dina": 3, "Esha": 4}
    assert set(Customer.objects.values_list("team", flat=True)) == {team.pk}


def test_a_rule_whose_people_have_left_lets_the_next_one_decide(
    amina: User, bilal: User, chirag: User
) -> None:
    rule(amina, "Gone", gives="person", person=chirag)
    rule(amina, "Stays", gives="person", person=bilal)
    User.objects.filter(pk=chirag.pk).update(is_active=False)
    assert leads.capture(by=amina, name="A", source="phone").customer.owner == bilal


def test_a_branch_gives_to_its_people(
    amina: User, bilal: User, chirag: User, rajkot: Branch, surat: Branch
) -> None:
    rule(amina, gives="branch", conditions=[asks("branch", "is", str(surat.pk))])
    assert leads.capture(by=amina, name="A", branch=surat, source="phone").customer.owner == chirag
    assert leads.capture(by=amina, name="B", branch=rajkot, source="phone").customer.owner is None


def test_a_team_may_have_a_lead_without_anybody_in_charge(amina: User, team: Team) -> None:
    rule(amina, gives="team", team=team)
    customer = leads.capture(by=amina, name="A", source="phone").customer
    assert (customer.owner, customer.team) == (None, team)


def test_the_dry_run_says_where_the_waiting_leads_would_go_and_changes_nothing(
    as_amina: Client, amina: User, team: Team
) -> None:
    for number in range(4):
        leads.capture(by=amina, name=f"Lead {number}", source="phone")
    rule(amina, "By turns", gives="turns", team=team)
    page = as_amina.get("/leads/rules/")
    assert [gift.owner.name.split()[0] for _lead, gift in page.context["tried"]] == [
        "Bilal",
        "Dina",
        "Esha",
        "Bilal",
    ]
    assert page.context["sums"] == [("Bilal Shaikh", 2), ("Dina", 1), ("Esha", 1)]
    assert Customer.objects.exclude(owner=None).count() == 0
    assert RuleTurn.objects.count() == 0
    as_amina.post("/leads/give/", {"all": "1", "query": "tab=nobody", "do": "rules"})
    assert owners(list(Lead.objects.order_by("pk"))) == ["Bilal", "Dina", "Esha", "Bilal"]


def test_what_somebody_has_is_not_dealt_out(amina: User, bilal: User, chirag: User) -> None:
    lead = leads.capture(by=amina, name="A", source="phone", owner=chirag)
    rule(amina, gives="person", person=bilal)
    assert giving.deal_out([lead.pk], by=amina) == 0
    assert Customer.objects.get().owner == chirag


def test_leads_are_given_and_given_back_by_hand(
    as_amina: Client, as_bilal: Client, amina: User, bilal: User
) -> None:
    one = leads.capture(by=amina, name="A", source="phone")
    as_amina.post("/leads/give/", {"ids": [one.pk], "owner": bilal.pk, "do": "give"})
    assert Customer.objects.get().owner == bilal
    as_amina.post("/leads/give/", {"ids": [one.pk], "owner": "", "do": "give"})
    assert Customer.objects.get().owner is None
    assert LeadGiven.objects.count() == 2
    assert as_bilal.post("/leads/give/", {"ids": [one.pk], "owner": bilal.pk}).status_code == 404


def test_a_rule_is_written_changed_and_moved_on_its_page(
    as_amina: Client, as_bilal: Client, bilal: User
) -> None:
    source = seeds.source("web_form")
    sent = {
        "name": "From the web", "gives": "person", "person": bilal.pk, "is_active": "on",
        "c-0-on": "source", "c-0-op": "is", "c-0-values": "Web form, WhatsApp",
        "c-1-on": "worth", "c-1-op": "least", "c-1-values": "10,000",
    }  # fmt: skip
    assert as_amina.post("/leads/rules/add/", sent).status_code == 302
    made = LeadRule.objects.get()
    assert made.conditions == [
        asks("source", "is", str(source.pk), str(seeds.source("whatsapp").pk)),
        asks("worth", "least", "10000"),
    ]
    page = as_amina.get(f"/leads/rules/{made.pk}/")
    assert page.context["form"]["c-0-values"].initial == "Web form, WhatsApp"
    wrong = as_amina.post("/leads/rules/add/", sent | {"c-0-values": "Nowhere"})
    assert wrong.status_code == 422
    as_amina.post("/leads/rules/add/", sent | {"name": "Second"})
    as_amina.post(f"/leads/rules/{made.pk}/move/", {"down": "1"})
    assert list(LeadRule.objects.values_list("name", flat=True)) == ["Second", "From the web"]
    as_amina.post(f"/leads/rules/{made.pk}/remove/")
    assert LeadRule.objects.get().name == "Second"
    assert as_bilal.get("/leads/rules/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_use_the_same_turn(amina: User, team: Team) -> None:
    """Each captures thirty leads at the same time: everybody has twenty in the end."""
    rule(amina, gives="turns", team=team)
    seeds.source("phone")
    failed: list[BaseException] = []

    def capture_for_sure(name: str) -> None:
        """The tests' SQLite is in memory, where a busy table is refused at once instead of waited for."""
        while True:
            try:
                leads.capture(by=None, name=name, source="phone")
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
            else:
                return

    def work(mark: str) -> None:
        try:
            for number in range(30):
                capture_for_sure(f"{mark} {number}")
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(mark,)) for mark in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    counts = dict(RuleTurn.objects.values_list("person__name", "given"))
    assert counts == {"Bilal Shaikh": 20, "Dina": 20, "Esha": 20}
    assert sorted(RuleTurn.objects.values_list("last", flat=True)) == [58, 59, 60]
