"""Background work of rules: looking at what happened, and letters to colleagues."""

from __future__ import annotations

from django.urls import reverse

from grahak.connect.rules import engine
from grahak.connect.rules.models import Occasion, Rule
from grahak.core.jobs import task
from grahak.core.letters import write
from grahak.core.links import absolute
from grahak.core.models import User
from grahak.customers.models import Customer


@task(queue_name="default")
def look() -> int:
    """Look at what is open; another job goes on where there is more, so that a long list keeps nobody waiting."""
    done = engine.look_at_all()
    if Occasion.objects.filter(done_at=None).exists():
        look.enqueue()
    return done


@task(queue_name="default")
def write_colleague(person: int, customer: int, rule: str, text: str) -> str:
    """What a rule has to say to a colleague. Gives "" or why it was not sent."""
    who, whose = (
        User.objects.filter(pk=person, is_active=True).first(),
        Customer.objects.filter(pk=customer).first(),
    )
    if who is None or whose is None:
        return ""
    link = absolute(whose.get_absolute_url())
    return write(who, "connect/mail/rule", customer=whose, rule=rule, text=text, link=link)


@task(queue_name="default")
def write_owner(pk: int) -> str:
    """A rule was switched off. Gives "" or why it was not sent."""
    rule = Rule.objects.filter(pk=pk).select_related("owner").first()
    if rule is None or rule.owner is None or not rule.owner.is_active:
        return ""
    link = absolute(reverse("connect:rule_log") + f"?rule={rule.pk}")
    return write(rule.owner, "connect/mail/rule_off", rule=rule, link=link)
