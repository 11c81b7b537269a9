"""The demo's rules leave a log that says what they did, and for whom they did not."""

import pytest

from grahak.connect.rules import demo, engine
from grahak.connect.rules.models import Outcome, Rule, RuleRun
from grahak.customers.models import Task

pytestmark = pytest.mark.django_db


def test_the_rules_greet_the_new_shops_and_let_the_person_be(amina, bilal):
    demo.tell_rules(by=amina)
    demo.tell_rules(by=amina)  # once only
    assert Rule.objects.filter(is_on=True).count() == len(demo.RULES)
    engine.look_at_all()
    seen = RuleRun.objects.values_list("customer__name", "outcome")
    assert sorted(seen) == [
        ("Kavita Joshi", Outcome.PASSED),
        ("Sunrise Gift Corner", Outcome.DONE),
        ("ممبئی کراکری ہاؤس", Outcome.DONE),
    ]
    assert Task.objects.filter(title="Bring Sunrise Gift Corner the rate list").count() == 1
