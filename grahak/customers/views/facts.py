"""The facts at the side: each changed where it stands, all changed in one form; tags."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.models import User
from grahak.core.templatetags.ui import money
from grahak.core.toasts import say
from grahak.customers import actions, custom
from grahak.customers import field_rights as rights
from grahak.customers.extras import has
from grahak.customers.forms import FactsForm
from grahak.customers.forms.customer import FACTS
from grahak.customers.models import Customer, CustomField
from grahak.customers.places import country_name
from grahak.customers.views.parts import customer_for, sentences, wants

# a list of facts ends and another begins under the heading of the shop's own fields
_HEADING = '</dl><h3 class="facts__heading"><bdi>%s</bdi></h3><dl class="facts">'
SHOWN = tuple(name for name in FACTS if name != "name")


@dataclass(frozen=True)
class Fact:
    """One line of the fact sheet. VALUE is "" where nothing is known."""

    name: str
    label: Any
    value: Any
    ltr: bool
    may_edit: bool


def _label(name: str) -> Any:
    return Customer._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _value(customer: Customer, name: str) -> Any:
    raw = getattr(customer, name)
    match name:
        case "kind":
            return customer.get_kind_display()
        case "language":
            return dict(settings.LANGUAGES).get(raw, raw)
        case "country":
            return country_name(raw) if raw else ""
        case "other_names":
            return " · ".join(str(one) for one in (raw or {}).values())
        case "credit_limit":
            return "" if raw is None else money(raw)
        case "credit_days":
            return "" if raw is None else raw
        case "owner" | "branch" | "team":
            return raw.name if raw else ""
    return raw if raw is not None else ""


def fact_line(customer: Customer, name: str, user: User) -> Fact:
    """A fact as the sheet shows it to this person."""
    if (own := custom.field_named(name)) is not None:
        values = custom.values_of([customer.pk]).get(customer.pk, {})
        return _own(own, values, scope_of(user, "customers.edit") if own in custom.writable(user) else None)
    return _fact(customer, name, scope_of(user, "customers.edit"), rights.locked(user, custom.SUBJECT))


def _fact(customer: Customer, name: str, scope: str | None, locked: frozenset[str]) -> Fact:
    may = scope is not None and not (name == "branch" and scope != "all") and name not in locked
    return Fact(name, _label(name), _value(customer, name), name in ("tax_id", "postcode"), may)


def _own(field: CustomField, values: dict[str, Any], scope: str | None) -> Fact:
    value = custom.shown(field, values.get(field.code))
    return Fact(custom.PREFIX + field.code, field.name, value, False, scope is not None)


def _shown(fact: Fact) -> str:
    """A fact's value as HTML."""
    if fact.value == "":
        return '<span class="quiet">–</span>'
    match fact.name:
        case "since":
            return date_format(fact.value, "F Y")
        case "address":
            return f'<bdi class="lines">{escape(str(fact.value))}</bdi>'.replace("\n", "<br>")
        case "credit_days":
            return ngettext("%(n)s day", "%(n)s days", fact.value) % {"n": fact.value}
    inside = fact.value if isinstance(fact.value, SafeString) else escape(str(fact.value))
    return f'<bdi dir="ltr">{inside}</bdi>' if fact.ltr else f"<bdi>{inside}</bdi>"


def fact_html(page: str, fact: Fact) -> SafeString:
    """One line of the fact sheet; pressing the value changes it where it stands. PAGE: the customer's
    address."""
    url = f"{page}facts/{fact.name}/"
    shown, change = _shown(fact), escape(_("change"))
    if fact.may_edit:
        shown = (
            f'<a class="fact__value" href="{url}" hx-get="{url}" hx-target="#fact-{fact.name}" hx-swap="outerHTML">'
            f'{shown}<span class="visually-hidden">, {change}</span></a>'
        )
    unknown = " fact--unknown" if fact.value == "" else ""
    return mark_safe(
        f'<div class="fact{unknown}" id="fact-{fact.name}"><dt>{escape(capfirst(str(fact.label)))}</dt>'
        f"<dd>{shown}</dd></div>"
    )


def fact_lines(customer: Customer, user: User) -> tuple[SafeString, SafeString]:
    """(what is known, what is not) of the sheet, drawn. Names in other scripts stand in the page's head when
    they are known."""
    scope, page = scope_of(user, "customers.edit"), customer.get_absolute_url()
    known: list[SafeString] = []
    unknown: list[SafeString] = []
    fields = custom.visible(user)
    own = custom.values_of([customer.pk]).get(customer.pk, {}) if fields and has(customer, "own") else {}
    closed, hidden = rights.locked(user, custom.SUBJECT), rights.hidden(user, custom.SUBJECT)
    for fact in [_fact(customer, name, scope, closed) for name in SHOWN if name not in hidden]:
        shelf = unknown if fact.value == "" or fact.name == "other_names" else known
        shelf.append(fact_html(page, fact))
    section = ""
    for one in fields:
        fact = _own(one, own, None if custom.PREFIX + one.code in closed else scope)
        if fact.value == "":
            unknown.append(fact_html(page, fact))
            continue
        if one.section and one.section != section:
            known.append(mark_safe(_HEADING % escape(one.section)))
        section = one.section
        known.append(fact_html(page, fact))
    return mark_safe("".join(known)), mark_safe("".join(unknown) if scope else "")


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def fact(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Change one fact where it stands; without a script on a page of its own."""
    found = customer_for(request, pk)
    user: Any = request.user
    own = custom.field_named(field)
    if (field not in FACTS and own is None) or not fact_line(found, field, user).may_edit:
        raise Http404
    context: dict[str, Any] = {"customer": found, "field": field, "label": own.name if own else _label(field)}
    context["logged_as"] = own.name if own else field
    inline = wants(request, f"fact-{field}")
    if request.method == "GET" and "cancel" in request.GET:
        return HttpResponse(fact_html(found.get_absolute_url(), fact_line(found, field, user)))
    form = FactsForm(request.POST or None, customer=found, user=user, only=field)
    if request.method == "POST" and form.is_valid() and _saved(request, found, form):
        if not inline or field == "name":
            return redirect(found)
        return HttpResponse(fact_html(found.get_absolute_url(), fact_line(found, field, user)))
    status = 422 if request.method == "POST" else 200
    name = "customers/_fact_form.html" if inline else "customers/fact.html"
    return render(request, name, context | {"form": form}, status=status)


def _saved(request: HttpRequest, found: Customer, form: FactsForm) -> bool:
    """Write the form's values; what the action refuses becomes the form's error."""
    try:
        with transaction.atomic():
            actions.edit_customer(found, by=request.user, **form.values())  # type: ignore[arg-type]
            actions.set_own(found, form.own(), by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        keep_errors(form, error)
        return False
    return True


def keep_errors(form: Any, error: ValidationError) -> None:
    """Hang an action's errors on the form's fields of the same names, the rest on the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages)


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All facts in one form."""
    found = customer_for(request, pk)
    rights.refuse_locked(request.user, request.POST)
    form = FactsForm(request.POST or None, customer=found, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid() and _saved(request, found, form):
        say(request, _("Saved."))
        return redirect(found)
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/edit.html", {"customer": found, "form": form}, status=status)


def tags_of(customer: Customer) -> list[str]:
    """The names of the customer's tags."""
    if not has(customer, "tags"):
        return []
    return list(customer.tag_links.order_by("tag__name").values_list("tag__name", flat=True))


@require_POST
@needs("customers.edit")
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang a tag on the customer, or take one off."""
    found = customer_for(request, pk)
    try:
        if "remove" in request.POST:
            actions.untag_customers([found.pk], request.POST["remove"][:60], by=request.user)  # type: ignore[arg-type]
        else:
            actions.tag_customers([found.pk], request.POST.get("tag", "")[:200], by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    if wants(request, "tags"):
        shown = tags_of(found)
        return render(request, "customers/_tags.html", {"customer": found, "tags": shown, "may_write": True})
    return redirect(found)
