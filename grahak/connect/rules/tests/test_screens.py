"""The pages of rules: built, tried, switched, moved, put away, and who may see them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.connect.rules import engine
from grahak.connect.rules.models import Rule, RuleRun
from grahak.core.models import User
from grahak.customers import actions as customers
from grahak.customers.models import Customer
from grahak.insight.segments.tree import parse

pytestmark = pytest.mark.django_db
DRAFT = {
    "name": "Call the new shops", "trigger": "added", "again": "once", "again_days": "30",
    "r~match": "all", "r-0~is": "kind", "r-0~values": "business",
    "d-0~do": "task", "d-0~title": "Ring {customer}", "d-0~who": "owner", "d-0~days": "1",
    "d-1~do": "tag", "d-1~tag": "New shop",
}  # fmt: skip


@pytest.fixture
def rule(as_amina: Client) -> Rule:
    answer = as_amina.post("/settings/rules/new/", DRAFT | {"do": "save"})
    made = Rule.objects.get()
    assert answer["Location"] == f"/settings/rules/{made.pk}/try/"
    return made


def test_a_rule_is_built_in_plain_words_and_is_off_until_it_was_tried(rule: Rule, amina: User) -> None:
    assert (rule.is_on, rule.owner, rule.trigger, rule.again) == (False, amina, "added", "once")
    assert [leaf.json() for leaf in parse(rule.tree).leaves()] == [{"is": "kind", "values": ["business"]}]
    assert rule.deeds == [
        {"do": "task", "title": "Ring {customer}", "who": "owner", "days": "1"},
        {"do": "tag", "tag": "New shop"},
    ]


def test_the_try_shows_rows_and_changes_nothing(as_amina: Client, amina: User, rule: Rule) -> None:
    customers.add_customer(by=amina, name="Mehta Saree Centre", kind="business")
    html = as_amina.get(f"/settings/rules/{rule.pk}/try/").content.decode()
    assert "Mehta Saree Centre" in html
    assert "task “Ring Mehta Saree Centre” in 1 day" in html
    assert "It would have acted 1 time" in html
    assert RuleRun.objects.count() == 0
    assert Customer.objects.get().tag_links.count() == 0


def test_pressing_add_and_take_out_keeps_what_was_typed(as_amina: Client, rule: Rule) -> None:
    more = as_amina.post(f"/settings/rules/{rule.pk}/", DRAFT | {"do": "deed", "new_deed": "owner"})
    assert more.status_code == 200
    html = more.content.decode()
    assert 'name="d-2~who"' in html
    assert 'value="Ring {customer}"' in html
    less = as_amina.post(f"/settings/rules/{rule.pk}/", DRAFT | {"do": "undeed:0"}).content.decode()
    assert 'value="Ring {customer}"' not in less
    assert 'value="New shop"' in less
    other = as_amina.post(f"/settings/rules/{rule.pk}/", DRAFT | {"trigger": "due"}).content.decode()
    assert "due to order again" in other
    part = as_amina.post(
        f"/settings/rules/{rule.pk}/", DRAFT | {"do": "add:r:city"},
        headers={"HX-Request": "true", "HX-Target": "div#rules"},
    )  # fmt: skip
    assert "<html" not in part.content.decode()
    assert 'name="r-1~is"' in part.content.decode()
    rule.refresh_from_db()
    assert len(rule.deeds) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Give it a name."),
        ({"d-0~title": ""}, "Add a task: fill in “What is to be done”."),
        ({"trigger": "entered"}, "Fill in “which segment”."),
        (
            {"trigger": "due", "s~date": "reorder", "s~days": "9999", "s~side": "before"},
            "Days: a number from 0 to 365.",
        ),
        ({"again_days": "0"}, "Days: a number from 1 to 3650."),
        ({"r-0~values": ""}, "Please mend what is marked."),
    ],
)
def test_what_cannot_be_saved_says_why(as_amina: Client, change: dict[str, str], sentence: str) -> None:
    answer = as_amina.post("/settings/rules/new/", DRAFT | change | {"do": "save"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Rule.objects.count() == 0


def test_switching_moving_and_putting_away(as_amina: Client, rule: Rule) -> None:
    as_amina.post(f"/settings/rules/{rule.pk}/switch/on/")
    rule.refresh_from_db()
    assert rule.is_on
    as_amina.post("/settings/rules/new/", DRAFT | {"name": "Second", "do": "save"})
    second = Rule.objects.get(name="Second")
    as_amina.post(f"/settings/rules/{second.pk}/move/", {"up": "1"})
    html = as_amina.get("/settings/rules/").content.decode()
    assert html.index("Second") < html.index("Call the new shops")
    as_amina.post(f"/settings/rules/{rule.pk}/put-away/")
    rule.refresh_from_db()
    assert (rule.is_on, rule.archived_at is not None) == (False, True)
    as_amina.post(f"/settings/rules/{rule.pk}/bring-back/")
    rule.refresh_from_db()
    assert rule.archived_at is None
    assert as_amina.post(f"/settings/rules/{rule.pk}/switch/sideways/").status_code == 404


def test_the_log_is_searched_by_rule_customer_and_outcome_with_as_many_questions_for_many(
    as_amina: Client, amina: User, rule: Rule
) -> None:
    as_amina.post(f"/settings/rules/{rule.pk}/switch/on/")

    def asked(many: int) -> int:
        for number in range(many):
            customers.add_customer(by=amina, name=f"Shop {number}", kind="business", owner=amina)
        customers.add_customer(by=amina, name="Hasmukh", kind="person")
        engine.look_at_all()
        with CaptureQueriesContext(connection) as questions:
            as_amina.get("/settings/rules/log/")
        return len(questions)

    asked(1)
    assert asked(2) == asked(25)
    done = as_amina.get("/settings/rules/log/?outcome=done&q=Shop").content.decode()
    assert "tag “New shop”" in done
    assert "Hasmukh" not in done
    passed = as_amina.get(f"/settings/rules/log/?outcome=passed&rule={rule.pk}").content.decode()
    assert "The conditions do not hold for this customer." in passed
    assert (
        "No rule has looked at anybody yet" in as_amina.get("/settings/rules/log/?rule=999").content.decode()
    )
    assert (
        as_amina.get("/settings/rules/log/?rule=x&customer=99999999999999999999&after=x").status_code == 200
    )


def test_salesmen_have_no_rules(as_bilal: Client, rule: Rule) -> None:
    for path in ("", "new/", "log/", f"{rule.pk}/", f"{rule.pk}/try/"):
        assert as_bilal.get(f"/settings/rules/{path}").status_code == 404
    assert as_bilal.post(f"/settings/rules/{rule.pk}/switch/on/").status_code == 404
