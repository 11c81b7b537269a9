"""The settings page of a shop's own fields: what is known of customers beyond the usual."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.money import figure
from grahak.core.toasts import say
from grahak.customers import actions, custom
from grahak.customers.actions.custom import as_asked, carries
from grahak.customers.changing import carry, plan
from grahak.customers.forms.custom import CustomFieldForm
from grahak.customers.models import AsideValue, ChangeState, CustomField, FieldChange
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, sentences

SHOWN = 100  # values kept aside that one page shows


def field_for(pk: int) -> CustomField:
    """A field that people know of, else 404."""
    if pk > LARGEST:
        raise Http404
    return get_object_or_404(custom.known(), pk=pk)


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def fields(request: HttpRequest) -> HttpResponse:
    """The fields in order, those put away, and a form to add one."""
    by: Any = request.user
    form = CustomFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_field(by=by, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("“%(name)s” stands on every customer from now on.") % {"name": made.name})
            return redirect("customers:fields")
    every = custom.known()
    context = {
        "form": form,
        "fields": [one for one in every if one.archived_at is None],
        "put_away": [one for one in every if one.archived_at is not None],
    }
    return render(request, "customers/fields.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def field(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one field. Where its values would be carried over, a page says first what becomes of them."""
    found = field_for(pk)
    initial = {
        name: getattr(found, name)
        for name in ("name", "kind", "section", "help_text", "default", "is_required")
    }
    listed = [str(word) for word in found.options]
    form = CustomFieldForm(request.POST or None, initial=initial, listed=listed)
    if request.method == "POST" and form.is_valid():
        answer = _changed(request, found, form)
        if answer is not None:
            return answer
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "field": found, "change": _newest(found), "aside": _waiting(found).count()}
    return render(request, "customers/field.html", context, status=status)


def _changed(request: HttpRequest, found: CustomField, form: CustomFieldForm) -> HttpResponse | None:
    """Do what the form says, or ask about the values first; None where it is wrong."""
    by: Any = request.user
    given = form.values()
    try:
        new = as_asked(found, given["kind"], given["options"])
        words = _words(request, form, new)
        if carries(found, new) and "sure" not in request.POST:
            return _ask(request, found, new, words)
        change = actions.change_field(
            found, by=by, words=words, aside="sure" in request.POST, **given | {"options": new.options}
        )
    except ValidationError as error:
        keep_errors(form, error)
        return None
    if change is None:
        say(request, _("Saved."))
    elif change.state == ChangeState.DONE:
        undo = reverse("customers:undo_field", args=[change.pk])
        say(request, _done_words(change), undo=undo)
    else:
        say(request, _("The values are being carried over in the background."), tone="wait")
    return redirect(
        "customers:field", change.to_id if change and change.state == ChangeState.DONE else found.pk
    )


def _done_words(change: FieldChange) -> str:
    carried_ = ngettext("%(n)s value is carried over", "%(n)s values are carried over", change.converted)
    said = carried_ % {"n": figure(change.converted)}
    if not change.aside:
        return _("%(carried)s.") % {"carried": said}
    aside = ngettext("%(n)s is kept aside", "%(n)s are kept aside", change.aside) % {
        "n": figure(change.aside)
    }
    return _("%(carried)s, %(aside)s.") % {"carried": said, "aside": aside}


def _words(request: HttpRequest, form: CustomFieldForm, new: CustomField) -> dict[str, str]:
    """What becomes of each word of the old list that is not in the new one: its new name, what the page that asked was
    told (to-0, to-1 …), else nothing."""
    found: dict[str, str] = {}
    if new.kind not in custom.LISTS:
        return found
    for at, (old, now) in enumerate((old, form.words.get(old, old)) for old in form.listed):
        if old in new.options:
            continue
        target = request.POST.get(f"to-{at}", now if now != old else "")
        found[old] = target if target in new.options else ""
    return found


def _ask(request: HttpRequest, found: CustomField, new: CustomField, words: dict[str, str]) -> HttpResponse:
    """What the change would do to the values, and the form again with a button that does it."""
    looked = plan.plan(found, new, words)
    leaving = [
        (f"to-{found.options.index(word)}", word, many, words.get(word, ""))
        for word, many in plan.leaving(found, new.options)
    ]
    hidden = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "sure", "options") and not name.startswith("to-")
    ]
    boxed = [name for name, _value in hidden if name.startswith("word-")]
    rest = [one for one in new.options if not boxed or one not in found.options]
    context = {
        "field": found, "new": new, "plan": looked, "leaving": leaving, "hidden": hidden,
        "options": "\n".join(rest),
    }  # fmt: skip
    return render(request, "customers/field_change.html", context)


def _newest(found: CustomField) -> FieldChange | None:
    """The change that made this field what it is, or that is under way."""
    running = found.changes.exclude(state=ChangeState.DONE).first()  # type: ignore[attr-defined]
    return (
        running or FieldChange.objects.filter(to=found, undoes=None, undone_by=None).order_by("-pk").first()
    )


def _waiting(found: CustomField) -> Any:
    return AsideValue.objects.filter(field=found, settled_at=None)


@require_POST
@needs("settings.edit")
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a change of kind or list did to the values."""
    change = get_object_or_404(FieldChange, pk=pk) if pk <= LARGEST else None
    if change is None:
        raise Http404
    back = carry.take_back(change, by=request.user)  # type: ignore[arg-type]
    if back.state == ChangeState.DONE:
        kept = back.aside
        if kept:
            words = ngettext(
                "The field is as it was. %(n)s value that was written since does not fit and is kept aside.",
                "The field is as it was. %(n)s values that were written since do not fit and are kept aside.",
                kept,
            )
            say(request, words % {"n": figure(kept)}, tone="wait")
        else:
            say(request, _("The field is as it was."))
        return redirect("customers:field", back.to_id)
    say(request, _("It is being taken back in the background."), tone="wait")
    return redirect("customers:field", back.field_id)


@require_GET
@needs("settings.edit")
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """The values that did not fit, each with a box to put it right."""
    found = field_for(pk)
    rows = list(_waiting(found).select_related("customer").order_by("pk")[: SHOWN + 1])
    box = custom.form_field(found, request.user)  # type: ignore[arg-type]
    name = custom.PREFIX + found.code
    lines = [
        (one, box.widget.render(name, None, {"class": "input", "id": f"aside-{one.pk}"}))
        for one in rows[:SHOWN]
    ]
    context = {"field": found, "lines": lines, "total": _waiting(found).count()}
    return render(request, "customers/field_aside.html", context)


@require_POST
@needs("settings.edit")
def settle(request: HttpRequest, pk: int, value: int) -> HttpResponse:
    """Write the value as it should be, or leave it out."""
    found = field_for(pk)
    row = (
        _waiting(found).select_related("customer", "field").filter(pk=value).first()
        if value <= LARGEST
        else None
    )
    if row is None:
        raise Http404
    name = custom.PREFIX + found.code
    try:
        typed = custom.form_field(found, request.user).clean(_typed(request, found, name))  # type: ignore[arg-type]
        if "drop" not in request.POST and not typed and typed != 0:
            raise ValidationError(_("Write what it should be, or leave it out."))
        actions.settle(row, None if "drop" in request.POST else typed, by=request.user)  # type: ignore[arg-type]
        say(request, _("Settled."))
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return redirect("customers:field_aside", pk)


def _typed(request: HttpRequest, found: CustomField, name: str) -> Any:
    if "drop" in request.POST:
        return [] if found.kind == "choices" else ""
    return request.POST.getlist(name) if found.kind == "choices" else request.POST.get(name, "")


@require_POST
@needs("settings.edit")
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a field out of use; Undo brings it back."""
    found = field_for(pk)
    actions.put_field_away(found, by=request.user)  # type: ignore[arg-type]
    undo = reverse("customers:bring_field_back", args=[pk])
    say(request, _("“%(name)s” is put away with its values.") % {"name": found.name}, undo=undo)
    return redirect("customers:fields")


@require_POST
@needs("settings.edit")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a field again that was put away."""
    found = field_for(pk)
    actions.bring_field_back(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back, with its values.") % {"name": found.name})
    return redirect("customers:fields")


@require_POST
@needs("settings.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    found = field_for(pk)
    actions.move_field(found, by=request.user, up="up" in request.POST)  # type: ignore[arg-type]
    return redirect("customers:fields")
