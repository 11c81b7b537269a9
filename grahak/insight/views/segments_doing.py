"""What is done to a segment as a whole: copied, kept as a list, put away, brought back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.core.refusals import Conflict
from grahak.core.toasts import say
from grahak.customers.views.parts import sentences
from grahak.insight.models import Segment
from grahak.insight.segments import actions
from grahak.insight.segments.tree import TreeError
from grahak.insight.views.segments_parts import segment_or_404


def free_name(wanted: str) -> str:
    """WANTED, with a number behind it where that name is taken."""
    name, at = wanted[:110], 2
    while Segment.objects.active().filter(name=name).exists():
        name = f"{wanted[:110]} {at}"
        at += 1
    return name


@require_POST
@needs("segments.edit")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Another one with the same rules or the same list."""
    found = segment_or_404(pk)
    try:
        made = actions.copy(
            found, name=free_name(_("%(name)s, again") % {"name": found.name}), by=_by(request)
        )
    except TreeError as error:
        say(request, str(error.sentence), tone="wrong")
        return redirect("segments:segment", pk=pk)
    say(request, _("Copied as “%(name)s”.") % {"name": made.name})
    return redirect("segments:segment", pk=made.pk)


@require_POST
@needs("segments.edit")
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """A list kept by hand of those who are in it now."""
    found = segment_or_404(pk)
    made = actions.freeze(
        found, name=free_name(_("%(name)s, kept by hand") % {"name": found.name}), by=_by(request)
    )
    say(request, _("Kept as the list “%(name)s”. It changes by hand only.") % {"name": made.name})
    return redirect("segments:segment", pk=made.pk)


@require_POST
@needs("segments.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away; refused with what uses it named."""
    found = segment_or_404(pk)
    try:
        actions.archive(found, by=_by(request))
    except Conflict as refusal:
        say(request, str(refusal), tone="wrong")
        return redirect("segments:segment", pk=pk)
    say(
        request,
        _("“%(name)s” is put away.") % {"name": found.name},
        undo=reverse("segments:restore", args=[pk]),
    )
    return redirect("segments:list")


@require_POST
@needs("segments.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring it back; refused where its name is taken or its rules name what is gone."""
    found = segment_or_404(pk)
    try:
        actions.restore(found, by=_by(request))
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    except TreeError as error:
        say(request, str(error.sentence), tone="wrong")
    else:
        say(request, _("“%(name)s” is back.") % {"name": found.name})
    return redirect("segments:segment", pk=pk)


def _by(request: HttpRequest) -> Any:
    return request.user
