"""What rules can do. Each deed is checked when a rule is saved, says in a sentence what it would do to a customer, and
does it; the same sentence stands in the dry run and in the log."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.connect.rules.models import Occasion, Rule
from grahak.connect.webhooks.models import Endpoint, Telling
from grahak.core import business
from grahak.core.models import Team, User
from grahak.customers import actions, custom
from grahak.customers.actions.customers import checked_fields, cleaned_fields
from grahak.customers.leads import lifecycle
from grahak.customers.models import Customer, CustomKind, Lifecycle
from grahak.marketing.models import Campaign

Deed = dict[str, Any]
SETTABLE: Final = ("language", "city", "area", "region", "credit_days", "country")
GIVE_UP: Final = dt.timedelta(hours=24)


class Wrong(ValueError):
    """The deed can't be done as it is written; the text says why."""


@dataclass(frozen=True)
class Field:
    """A blank of a deed: one of CHOICES, a whole number, or text."""

    name: str
    label: Any
    choices: Callable[[], list[tuple[str, Any]]] | None = None
    is_number: bool = False
    needed: bool = True


@dataclass(frozen=True)
class Kind:
    """SAYS is what a deed would do to a customer; DOES does it."""

    code: str
    label: Any
    fields: tuple[Field, ...]
    says: Callable[[Deed, Customer | None], str]
    does: Callable[[Deed, Customer, Rule, Occasion], None]


# Choices


def _people() -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in User.objects.filter(is_active=True).values_list("pk", "name")]


def _people_or_owner() -> list[tuple[str, Any]]:
    return [("owner", _("who is in charge of the customer")), *_people()]


def _teams() -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Team.objects.filter(archived_at=None).values_list("pk", "name")]


def _settable() -> list[tuple[str, Any]]:
    plain = [(name, Customer._meta.get_field(name).verbose_name) for name in SETTABLE]  # type: ignore[union-attr]
    own = [(custom.PREFIX + one.code, one.name) for one in custom.fields() if one.kind != CustomKind.CUSTOMER]
    return [*plain, ("lifecycle", _("part of their life")), *own]


def _campaigns() -> list[tuple[str, Any]]:
    rows = Campaign.objects.filter(archived_at=None).exclude(name="").order_by("-pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:200]]


def _endpoints() -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Endpoint.objects.filter(off="").values_list("pk", "name")]


def _called(choices: list[tuple[str, Any]], code: Any) -> str:
    return str(dict(choices).get(str(code), _("(gone)")))


def filled(text: str, customer: Customer | None) -> str:
    """{customer} stands for the name."""
    return text.replace("{customer}", customer.name if customer is not None else "…")


# Set a fact


def _say_set(deed: Deed, customer: Customer | None) -> str:
    if deed["field"] == "lifecycle":
        value = str(dict(Lifecycle.choices).get(deed["value"], deed["value"]))
    else:
        value = deed["value"]
    name = _called(_settable(), deed["field"])
    return _("“%(field)s” becomes “%(value)s”") % {"field": name, "value": value or "–"}


def _set(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    name = deed["field"]
    value = _fact(name, deed["value"])
    if name == "lifecycle":
        lifecycle.change(customer, value, by=None, why="rule")
    elif name.startswith(custom.PREFIX):
        actions.set_own(customer, {name.removeprefix(custom.PREFIX): value}, by=None)
    else:
        actions.edit_customer(customer, by=None, **{name: value})


def _fact(name: str, value: str) -> Any:
    """What is typed for a fact, as the room takes it. Wrong or ValidationError where it can be no value of it."""
    if name == "lifecycle":
        if value not in Lifecycle.values:
            raise Wrong(_("“%(value)s” is no part of a customer’s life.") % {"value": value})
        return value
    if name.startswith(custom.PREFIX):
        field = custom.field_named(name)
        if field is None:
            raise Wrong(_("The field is not there any more."))
        many = field.kind == CustomKind.CHOICES
        given: Any = [part.strip() for part in value.split(",") if part.strip()] if many else value or None
        custom.cleaned(field, given)
        return given
    if name not in SETTABLE:
        raise Wrong(_("The field is not there any more."))
    fact: Any = value
    if name == "credit_days":
        if value and not value.isdecimal():
            raise Wrong(_("“%(value)s” is not a number of days.") % {"value": value})
        fact = int(value) if value else None
    checked_fields(Customer(**cleaned_fields({name: fact})), [name])
    return fact


# Give to somebody


def _say_owner(deed: Deed, customer: Customer | None) -> str:
    return _("put in charge: %(who)s") % {"who": _called(_people(), deed["who"])}


def _person(code: Any, customer: Customer) -> User | None:
    """A colleague who may log in; None where the customer is nobody's."""
    if code == "owner":
        found = customer.owner
        return found if found is not None and found.is_active else None
    found = User.objects.filter(pk=int(code), is_active=True).first()
    if found is None:
        raise Wrong(_("That colleague can’t log in any more."))
    return found


def _owner(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    actions.edit_customer(customer, by=None, owner=_person(deed["who"], customer))


def _say_team(deed: Deed, customer: Customer | None) -> str:
    return _("given to the team: %(team)s") % {"team": _called(_teams(), deed["team"])}


def _team(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    found = Team.objects.filter(pk=int(deed["team"]), archived_at=None).first()
    if found is None:
        raise Wrong(_("That team is not there any more."))
    actions.edit_customer(customer, by=None, team=found)


# Tags


def _tag(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    if not customer.tag_links.filter(tag__name=deed["tag"]).exists():
        actions.tag_customers([customer.pk], deed["tag"], by=None)


def _untag(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    actions.untag_customers([customer.pk], deed["tag"], by=None)


# Tasks and words to colleagues


def _who_is(code: Any, customer: Customer | None) -> str:
    """The colleague's name; of a known customer who has nobody in charge, the rule's owner."""
    if code == "owner" and customer is not None:
        return customer.owner.name if customer.owner is not None else _("whoever keeps the rule")
    return _called(_people_or_owner(), code)


def _say_task(deed: Deed, customer: Customer | None) -> str:
    days = int(deed.get("days") or 0)
    told = {"title": filled(deed["title"], customer), "who": _who_is(deed["who"], customer), "n": days}
    if days == 0:
        return _("task “%(title)s” for today: %(who)s") % told
    return (
        ngettext("task “%(title)s” in %(n)s day: %(who)s", "task “%(title)s” in %(n)s days: %(who)s", days)
        % told
    )


def _task(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    due = business.today() + dt.timedelta(days=int(deed.get("days") or 0))
    who = _person(deed["who"], customer) or rule.owner
    actions.add_task(
        by=None, title=filled(deed["title"], customer)[:200], customer=customer, due_on=due, assigned_to=who
    )


def _say_tell(deed: Deed, customer: Customer | None) -> str:
    who = _who_is(deed["who"], customer)
    return _("e-mail to %(who)s: “%(text)s”") % {"who": who, "text": filled(deed["text"], customer)}


def _tell(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    from grahak.connect.rules.jobs import write_colleague

    who = _person(deed["who"], customer) or rule.owner
    if who is None:
        raise Wrong(_("Nobody is in charge of this customer."))
    write_colleague.enqueue(who.pk, customer.pk, rule.name, filled(deed["text"], customer))


# To the customer and to programmes


def _say_message(deed: Deed, customer: Customer | None) -> str:
    return _("message as in the campaign “%(name)s”, if they agreed to it") % {
        "name": _called(_campaigns(), deed["campaign"])
    }


def _message(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    """A campaign of its own to this one customer, through the sending ledger with all its checks; put away at once, so
    that the list of campaigns stays readable. Its name says which rule it came from."""
    from grahak.marketing.actions import copies, drafts, sending

    pattern = Campaign.objects.filter(pk=int(deed["campaign"])).first()
    if pattern is None or rule.owner is None:
        raise Wrong(_("The campaign it is taken from is not there any more."))
    copy = copies.clone(pattern, by=rule.owner)
    copy.chosen.all().delete()
    drafts.set_audience(copy, [drafts.Part()], by=rule.owner)  # who is chosen by hand, and nobody else
    drafts.choose(copy, [customer.pk])
    copy.name = f"{pattern.name[:70]} · {rule.name[:40]}"
    copy.holdout_percent, copy.test_percent = 0, 100  # one person is no experiment: the rule says who gets it
    copy.save()
    try:
        sending.send_now(copy, by=rule.owner)
    except ValueError as error:
        raise Wrong(str(error) or _("The message needs somebody’s approval first.")) from None
    copy.archived_at = timezone.now()
    copy.save(update_fields=["archived_at", "updated_at"])


def _say_webhook(deed: Deed, customer: Customer | None) -> str:
    return _("told to the address: %(name)s") % {"name": _called(_endpoints(), deed["endpoint"])}


def _webhook(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> None:
    """A signed message to one of the shop's addresses, sent, tried again and logged as every other of them; what the
    address's role may not see of the customer is left out."""
    from grahak.connect.api import listing
    from grahak.connect.webhooks.body import standing
    from grahak.connect.webhooks.kinds import KINDS

    endpoint = Endpoint.objects.filter(pk=int(deed["endpoint"]), off="").first()
    resource = KINDS["customer.added"].resource
    if endpoint is None or resource is None:
        raise Wrong(_("That address is not there any more, or is switched off."))
    seen = listing.several(resource, standing(endpoint), [customer.pk]).get(customer.pk)
    if seen is None:
        raise Wrong(_("The address may not see this customer."))
    told = {"rule": {"id": rule.pk, "name": rule.name}, "trigger": rule.trigger, "customer": seen}
    now = timezone.now()
    body = {"type": "rule.done", "timestamp": now.isoformat(), "data": told}
    Telling.objects.get_or_create(
        endpoint=endpoint,
        message_id=f"msg_rule_{rule.pk}_{occasion.pk}_{customer.pk}",
        defaults={
            "event": "rule.done",
            "about": f"customer:{customer.pk}",
            "body": json.dumps(body, ensure_ascii=False, default=str),
            "give_up_at": now + GIVE_UP,
        },
    )


_WHO: Final = Field("who", gettext_lazy("Who"), _people_or_owner)
KINDS_OF_DEED: Final[dict[str, Kind]] = {
    one.code: one
    for one in (
        Kind("set", gettext_lazy("Change a fact"), (
            Field("field", gettext_lazy("Which fact"), _settable),
            Field("value", gettext_lazy("becomes"), needed=False),
        ), _say_set, _set),
        Kind("owner", gettext_lazy("Put in charge"), (Field("who", gettext_lazy("Who"), _people),), _say_owner, _owner),
        Kind("team", gettext_lazy("Give to a team"), (Field("team", gettext_lazy("Team"), _teams),), _say_team, _team),
        Kind("tag", gettext_lazy("Add a tag"), (Field("tag", gettext_lazy("Tag")),),
             lambda deed, customer: _("tag “%(tag)s”") % {"tag": deed["tag"]}, _tag),
        Kind("untag", gettext_lazy("Take a tag off"), (Field("tag", gettext_lazy("Tag")),),
             lambda deed, customer: _("tag “%(tag)s” taken off") % {"tag": deed["tag"]}, _untag),
        Kind("task", gettext_lazy("Add a task"), (
            Field("title", gettext_lazy("What is to be done")), _WHO,
            Field("days", gettext_lazy("in how many days"), is_number=True, needed=False),
        ), _say_task, _task),
        Kind("tell", gettext_lazy("Write to a colleague"), (_WHO, Field("text", gettext_lazy("Text"))),
             _say_tell, _tell),
        Kind("message", gettext_lazy("Send a message to the customer"), (
            Field("campaign", gettext_lazy("as in the campaign"), _campaigns),
        ), _say_message, _message),
        Kind("webhook", gettext_lazy("Tell a programme (webhook)"), (
            Field("endpoint", gettext_lazy("Address"), _endpoints),
        ), _say_webhook, _webhook),
    )
}  # fmt: skip


def checked(raw: Any) -> Deed:
    """A deed as it is kept. ValidationError with a sentence where a blank is empty or no choice."""
    kind = KINDS_OF_DEED.get(raw.get("do", "")) if isinstance(raw, dict) else None
    if kind is None:
        raise ValidationError(_("Choose what is to be done."))
    deed: Deed = {"do": kind.code}
    for blank in kind.fields:
        value = " ".join(str(raw.get(blank.name, "")).replace("\x00", "").split())[:300]
        told = {"deed": kind.label, "blank": blank.label}
        if not value and blank.needed:
            raise ValidationError(_("%(deed)s: fill in “%(blank)s”.") % told)
        if value and blank.choices is not None and value not in {code for code, _label in blank.choices()}:
            raise ValidationError(_("%(deed)s: choose “%(blank)s” from the list.") % told)
        if value and blank.is_number and not (value.isascii() and value.isdecimal() and int(value) <= 365):
            raise ValidationError(_("%(deed)s: “%(blank)s” is a number from 0 to 365.") % told)
        deed[blank.name] = value
    if kind.code == "set":
        _checked_fact(deed)
    return deed


def _checked_fact(deed: Deed) -> None:
    """ValidationError where the value can be none of that fact: else the rule would fail for every customer."""
    try:
        _fact(deed["field"], deed["value"])
    except Wrong as error:
        raise ValidationError(str(error)) from None
    except ValidationError as error:
        raise ValidationError(error.messages) from None


def says(deed: Deed, customer: Customer | None = None) -> str:
    """What it would do, as a sentence's part; the code of a deed that is not known any more."""
    kind = KINDS_OF_DEED.get(deed.get("do", ""))
    return kind.says(deed, customer) if kind is not None else str(deed.get("do", ""))


def do(deed: Deed, customer: Customer, rule: Rule, occasion: Occasion) -> str:
    """Do it, in the caller's transaction; returns its sentence. Wrong or ValidationError say why it can't be."""
    kind = KINDS_OF_DEED.get(deed.get("do", ""))
    if kind is None:
        raise Wrong(_("There is no such deed."))
    sentence = kind.says(deed, customer)
    kind.does(deed, customer, rule, occasion)
    return sentence


__all__ = ["KINDS_OF_DEED", "Deed", "Wrong", "checked", "do", "says"]
