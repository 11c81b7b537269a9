"""A customer's page: who, the figures that matter, the facts, the day book, what belongs to them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.registry import registry
from grahak.core.toasts import say
from grahak.customers import actions, timeline
from grahak.customers.extras import has
from grahak.customers.field_rights import SUBJECT, field_of_identity, hidden, open_to
from grahak.customers.forms import CallForm, NoteForm, TaskForm
from grahak.customers.models import CHANNELS, PURPOSES, Consent, Contact, Customer, Identity, Task
from grahak.customers.phones import call_link, chat_link, shown_phone
from grahak.customers.timeline_html import book_html, group_chips
from grahak.customers.views.facts import fact_lines, tags_of
from grahak.customers.views.merging import forward
from grahak.customers.views.parts import LARGEST, customer_for, wants

COMPOSERS = {"note": NoteForm, "call": CallForm, "task": TaskForm}


@require_GET
@needs("customers.view")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; its day book alone when htmx asks for that (?group=orders, ?after=…, ?compose=call)."""
    found = _found(request, pk)
    if (kept := forward(request, found)) is not None:
        return kept
    book = middle(request, found)
    status = 400 if book["daybook"].is_lost else 200
    if wants(request, "timeline"):
        return render(request, "customers/_timeline.html", book, status=status)
    if wants(request, "older"):
        return render(request, "customers/_lines.html", book, status=status)
    return render(request, "customers/customer.html", book | page(request, found), status=status)


def _found(request: HttpRequest, pk: int) -> Customer:
    """The customer with what columns of the list join (figures, scores), so that panels need not ask again. Whom most
    do without is asked for where there is one: a join would read the columns of one more customer on every page."""
    if pk > LARGEST:
        raise Http404
    joins = {path for column in registry.columns.values() for path in column.select} | {"owner", "branch"}
    joins -= {"team", "referred_by"}
    rows = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]
    for found in rows.filter(pk=pk).select_related(*sorted(joins)):
        return found
    raise Http404


def middle(request: HttpRequest, found: Customer, form: Any = None) -> dict[str, Any]:
    """What the composer and the day book show. FORM: a composer form that came back with errors."""
    group = request.GET.get("group", "")
    composing = request.GET.get("compose", "note")
    composing = composing if composing in COMPOSERS else "note"
    closed = timeline.closed_to(request.user)
    book = timeline.read(found, group, request.GET.get("after", ""), closed)
    numbers, url = timeline.counts(found, book, closed), found.get_absolute_url()
    groups = [(code, label, numbers.get(code, 0)) for code, label in (("", _("All")), *timeline.GROUPS)]
    return {
        "customer": found,
        "daybook": book,
        "url": url,
        "lines": book_html(book, url),
        "groups": group_chips(groups, book.group, url),
        "composing": composing,
        "composer": form or COMPOSERS[composing](),
        "may_write": scope_of(request.user, "customers.edit") is not None,
    }


def page(request: HttpRequest, found: Customer) -> dict[str, Any]:
    """What stands around the day book."""
    everybody = contacts_of(found, hidden(request.user, SUBJECT))
    people = [one for one in everybody if one["contact"].ended_on is None]
    first = next((one for one in people if one["contact"].is_primary), people[0] if people else None)
    panels = _panels(request, found)
    known, unknown = fact_lines(found, request.user)  # type: ignore[arg-type]
    return {
        "heads": panels["head"],
        "figures": panels["figures"],
        "side": panels["side"],
        "related": panels["related"],
        "actions": panels["actions"],
        "people": people,
        "first": first,
        "left": [one["contact"] for one in everybody if one["contact"].ended_on is not None],
        "also": [(code, name) for code, name in (found.other_names or {}).items() if name != found.name],
        "facts": known,
        "unknown": unknown,
        "consents": consents_of(people),
        "tags": tags_of(found),
        "open_tasks": _open_tasks(found),
        "may_archive": scope_of(request.user, "customers.archive") is not None,
        "may_erase": scope_of(request.user, "customers.erase") is not None and found.source != "erased",
    }


def _open_tasks(found: Customer) -> list[Task]:
    if not has(found, "tasks"):
        return []
    tasks = found.tasks.filter(done_at=None).select_related("assigned_to")
    return list(tasks.order_by("due_on", "pk")[:10])


def contacts_of(found: Customer, closed: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """The contacts with their phones, addresses and links to ring and to write, without those that are CLOSED
    ("phone", "email"). One question for all."""
    rows = found.contacts.order_by("-is_primary", "id", "identities__id").values_list(  # type: ignore[arg-type]
        "id", "name", "role", "language", "is_primary", "ended_on", "identities__id", "identities__kind",
        "identities__value", "identities__shown",
    )  # fmt: skip
    people: dict[int, dict[str, Any]] = {}
    for pk, name, role, language, is_primary, ended_on, identity, kind, value, shown in rows:
        if pk not in people:
            contact = Contact(
                pk=pk, customer=found, name=name, role=role, language=language, is_primary=is_primary,
                ended_on=ended_on,
            )  # fmt: skip
            people[pk] = {"contact": contact, "lines": []}
        if identity is not None and field_of_identity(kind) not in closed:
            one = Identity(pk=identity, contact_id=pk, kind=kind, value=value, shown=shown)
            people[pk]["lines"].append(_reach(one))
    for one_ in people.values():
        lines = one_["lines"]
        chat = next(
            (line["chat"] for line in lines if line["identity"].kind == "whatsapp" and line["chat"]), ""
        )
        one_["call"] = next((line["call"] for line in lines if line["call"]), "")
        one_["chat"] = chat or next((line["chat"] for line in lines if line["chat"]), "")
        one_["mail"] = next((line["mail"] for line in lines if line["mail"]), "")
    return list(people.values())


def _reach(one: Identity) -> dict[str, Any]:
    """A phone or address as it is read, with what a press on it does."""
    is_phone = one.kind in ("phone", "whatsapp")
    return {
        "identity": one,
        "shown": shown_phone(one.value, one.shown) if is_phone else one.shown or one.value,
        "call": call_link(one.value) if one.kind == "phone" else "",
        "chat": chat_link(one.value) if is_phone else "",
        "mail": f"mailto:{one.value}" if one.kind == "email" else "",
    }


def consents_of(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each contact and channel what they said last, or that nobody ever asked."""
    contacts: list[Contact] = [one["contact"] for one in people]
    said: dict[tuple[int, str, str], Consent] = {}
    if contacts and has(contacts[0].customer, "consents"):
        rows = Consent.objects.filter(contact__in=contacts, is_current=True).select_related("by")
        said = {(row.contact_id, row.channel, row.purpose): row for row in rows}
    purposes, out = dict(PURPOSES), []
    for contact in contacts:
        reach = {
            line["identity"].kind for one in people if one["contact"] is contact for line in one["lines"]
        }
        for channel, label in CHANNELS:
            stated = [row for key, row in said.items() if key[0] == contact.pk and key[1] == channel]
            out += [
                {"contact": contact, "label": label, "purpose": purposes[row.purpose], "row": row}
                for row in stated
            ]
            asked = any(row.purpose == "offers" for row in stated)
            reachable = channel in reach or (channel in ("sms", "whatsapp") and "phone" in reach)
            if not asked and reachable and contact.is_primary:
                out.append(
                    {
                        "contact": contact,
                        "label": label,
                        "purpose": purposes["offers"],
                        "row": None,
                        "channel": channel,
                    }
                )
    return out


def _panels(request: HttpRequest, found: Customer) -> dict[str, list[SafeString]]:
    """What rooms above hang into the page. Their templates are drawn with a plain context: the shell's
    context belongs to the page and would be made anew for each."""
    out: dict[str, list[SafeString]] = {
        place: [] for place in ("head", "figures", "side", "related", "actions")
    }
    base = {"request": request, "user": request.user, "customer": found, "csrf_token": get_token(request)}
    for panel in open_to(request.user, registry.panels):
        if panel.place not in out:
            continue
        context = panel.context(found, request)
        if context is not None:
            out[panel.place].append(_template(panel.template).render(Context(base | context)))
    return out


def _template(name: str) -> Any:
    """A panel's template; looked up once a process, except while one works on it."""
    return (_looked_up if settings.DEBUG else _kept)(name)


def _looked_up(name: str) -> Any:
    found: Any = get_template(name)
    return found.template


_kept = lru_cache(maxsize=128)(_looked_up)


@require_POST
@needs("customers.archive")
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of lists and messages; the toast takes it back."""
    found = actions.archive_customer(customer_for(request, pk, "customers.archive"), by=request.user)  # type: ignore[arg-type]
    say(
        request,
        _("“%(name)s” is put away.") % {"name": found.name},
        undo=reverse("customers:bring_back", args=[pk]),
    )
    return redirect("customers:list")


@require_POST
@needs("customers.archive")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.restore_customer(customer_for(request, pk, "customers.archive"), by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back.") % {"name": found.name})
    return redirect(found)
