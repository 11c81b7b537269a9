"""What is done to the chosen customers of a list. A first form asks for what it needs and carries the choice
along; up to a few thousand are done at once, more in the background; each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.models import Batch, User
from grahak.core.money import figure
from grahak.core.refusals import Conflict
from grahak.core.toasts import say
from grahak.customers import mass_changes
from grahak.customers.actions.mass import KINDS
from grahak.customers.actions.undoing import give_back
from grahak.customers.forms.mass import ValueForm, WhichFieldForm, settable
from grahak.customers.listing import mass_counts
from grahak.customers.listing.filters import people_choices
from grahak.customers.models import MassState, Tag
from grahak.customers.selection import Selection, selected
from grahak.customers.views.listing import back_to_list
from grahak.customers.views.parts import LARGEST, sentences, wants

AT_ONCE: Final = 5000


def _ids(request: HttpRequest, chosen: Selection, verb: str) -> list[int] | None:
    """The chosen customers this person may change, in the list's order; None if they are more than
    AT_ONCE."""
    ids: list[int] = []
    for part in chosen.parts(request.user):  # type: ignore[arg-type]
        may = mass_changes.may_change(_by(request), verb).filter(pk__in=part)
        kept = set(may.values_list("pk", flat=True))
        ids += [pk for pk in part if pk in kept]
        if len(ids) > AT_ONCE:
            return None
    return ids


def _change(
    request: HttpRequest, verb: str, value: Any, label: str, told: Callable[[int], str], field: str = ""
) -> HttpResponse:
    """Do it now, or give it to a job; say what was done with a way back."""
    chosen = selected(request)
    ids = _ids(request, chosen, verb)
    if ids is None:
        change = mass_changes.begin(verb, field, value, chosen, label, by=_by(request))
        say(request, _("That is a lot of customers: it is being done in the background."), tone="wait")
        return redirect("customers:batch", change.batch_id)
    try:
        batch = mass_changes.do(verb, field, value, ids, by=_by(request), label=label)
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
        return back_to_list(request)
    changed = getattr(batch, "customers", 0)
    say(request, told(changed), undo=reverse("customers:undo", args=[batch.pk]) if changed else "")
    return back_to_list(request)


def _ask(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """The first form: what is needed, the choice hidden in it."""
    chosen = selected(request)
    hidden = [("query", request.POST.get("query", "")[:4000])]
    hidden += [("all", "1")] if chosen.query is not None else [("ids", str(pk)) for pk in chosen.ids]
    if chosen.query is not None:
        from grahak.customers.listing.page import count_capped
        from grahak.customers.listing.question import read

        counted = count_capped(read(chosen.query, request.user), request.user)  # type: ignore[arg-type]
    else:
        counted = len(chosen.ids)
    words = _("all customers of this list") if counted is None else _customers(counted)
    return render(
        request, f"customers/{name}.html", {"hidden": hidden, "words": words, **context}, status=status
    )


def _customers(number: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", number) % {"n": figure(number)}


@require_POST
@needs("customers.mass")
def tag(request: HttpRequest) -> HttpResponse:
    """Hang a tag on the chosen customers."""
    name = request.POST.get("tag", "")[:200].strip()
    if not name:
        return _ask(request, "mass_tag", tags=Tag.objects.values_list("name", flat=True)[:300])
    return _change(
        request,
        "tag",
        name,
        name,
        lambda n: _("%(customers)s tagged “%(tag)s”.") % {"customers": _customers(n), "tag": name},
    )


@require_POST
@needs("customers.mass")
def untag(request: HttpRequest) -> HttpResponse:
    """Take a tag off the chosen customers."""
    name = request.POST.get("tag", "")[:200].strip()
    if not name:
        tags = Tag.objects.values_list("name", flat=True)[:300]
        return _ask(request, "mass_tag", tags=tags, taking_off=True)
    return _change(
        request,
        "untag",
        name,
        name,
        lambda n: _("The tag “%(tag)s” is off %(customers)s.") % {"customers": _customers(n), "tag": name},
    )


@require_POST
@needs("customers.mass")
def assign(request: HttpRequest) -> HttpResponse:
    """Put a colleague, or nobody, in charge of the chosen customers."""
    who = request.POST.get("owner", "")
    if not who:
        return _ask(request, "mass_assign", people=people_choices())
    owner = None
    if who != "none":
        number = int(who) if who.isascii() and who.isdecimal() and len(who) < 19 else 0
        owner = User.objects.filter(pk=number, is_active=True).first()
        if owner is None:
            raise Http404
    told = owner.name if owner else _("nobody")
    return _change(
        request,
        "assign",
        who,
        owner.name if owner else "",
        lambda n: _("In charge of %(customers)s: %(name)s.") % {"customers": _customers(n), "name": told},
    )


@require_POST
@needs("customers.archive")
def archive(request: HttpRequest) -> HttpResponse:
    """Put the chosen customers away."""
    return _change(
        request,
        "archive",
        "",
        "",
        lambda n: _("%(customers)s put away.") % {"customers": _customers(n)},
    )


@require_POST
@needs("customers.mass")
def set_field(request: HttpRequest) -> HttpResponse:
    """Set any fact for the chosen customers: first which, then what, then what that would do, then it is done."""
    user, name = _by(request), request.POST.get("field", "")
    boxes = settable(user)
    if name not in boxes:
        return _ask(request, "mass_which", form=WhichFieldForm(user=user))
    if "value" not in request.POST and "given" not in request.POST:
        return _ask(request, "mass_value", form=ValueForm(field=name, user=user), field=name, box=boxes[name])
    form = ValueForm(request.POST, field=name, user=user)
    if not form.is_valid():
        return _ask(request, "mass_value", status=422, form=form, field=name, box=boxes[name])
    label, typed = str(boxes[name].label), request.POST.getlist("value")
    value = form.cleaned_data["value"]
    if "sure" not in request.POST:
        return _ask(
            request, "mass_sure", field=name, label=label, value=mass_counts.words(name, value, boxes[name]),
            typed=typed, counts=mass_counts.count(selected(request), name, value, user),
        )  # fmt: skip
    words = f"{label}: {mass_counts.words(name, value, boxes[name])}"
    return _change(
        request, "set", typed, words, lambda n: _("%(words)s, for %(customers)s.")
        % {"words": words, "customers": _customers(n)}, field=name,
    )  # fmt: skip


def _batches(request: HttpRequest) -> Any:
    """The changes of many that this person may look at and take back: their own, all for who runs the shop."""
    rows = Batch.objects.filter(kind__in=KINDS).select_related("by", "undone_by", "mass_change")
    return rows if scope_of(request.user, "settings.edit") is not None else rows.filter(by=_by(request))


def _batch(request: HttpRequest, pk: int) -> Batch:
    batch = _batches(request).filter(pk=pk).first() if pk <= LARGEST else None
    if batch is None:
        raise Http404
    return batch


def _told(batch: Batch) -> str:
    """What a batch did, in words."""
    words = {
        "tag": _("Tagged “%(label)s”"),
        "untag": _("Took the tag “%(label)s” off"),
        "assign": _("Put in charge: %(label)s"),
        "archive": _("Put away"),
    }
    return words.get(batch.kind, "%(label)s") % {"label": batch.label or _("nobody")}


@require_GET
@needs("customers.mass")
def batches(request: HttpRequest) -> HttpResponse:
    """What was done to many lately, each with a way back."""
    found = [(one, _told(one)) for one in _batches(request).order_by("-pk")[:50]]
    return render(request, "customers/batches.html", {"batches": found})


@require_GET
@needs("customers.mass")
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a change of many is."""
    found = _batch(request, pk)
    change = getattr(found, "mass_change", None)
    share = min(100, change.done * 100 // change.total) if change and change.total else 0
    moving = change is not None and change.state in (
        MassState.WAITING, MassState.RUNNING, MassState.UNDOING,
    )  # fmt: skip
    context = {"batch": found, "told": _told(found), "change": change, "share": share, "moving": moving}
    name = "customers/_batch.html" if wants(request, "batch") else "customers/batch.html"
    return render(request, name, context)


@require_POST
@needs("customers.mass")
def undo_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what this person did to many; the owner and managers may take back anybody's. What was changed since
    is left as it is, and said."""
    found = _batch(request, pk)
    large = getattr(found, "mass_change", None) is not None or found.changes.count() > AT_ONCE  # type: ignore[attr-defined]
    if large and found.undone_at is None:
        try:
            mass_changes.begin_undo(found, by=_by(request))
        except Conflict:
            say(request, _("It is still under way, or was taken back already."), tone="wrong")
        else:
            say(request, _("It is being taken back in the background."), tone="wait")
        return redirect("customers:batch", pk)
    back, left = give_back(found, by=_by(request))
    if left:
        words = ngettext(
            "Taken back: %(customers)s. %(n)s was changed since and is left as it is.",
            "Taken back: %(customers)s. %(n)s were changed since and are left as they are.",
            left,
        )
        say(request, words % {"customers": _customers(back), "n": figure(left)}, tone="wait")
    else:
        say(request, _("Taken back: %(customers)s.") % {"customers": _customers(back)})
    return back_to_list(request)


def _by(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
