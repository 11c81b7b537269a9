"""Saved views of the customer list: a person's own, or shared with all colleagues."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import Team, User
from grahak.customers.models import SavedView, ViewMark
from grahak.customers.text import one_line

MOST_VIEWS = 50


def _name(name: str) -> str:
    kept = one_line(name)
    if not kept:
        raise ValidationError({"name": _("Give the view a name.")})
    if len(kept) > 80:
        raise ValidationError({"name": _("At most 80 characters.")})
    return kept


@transaction.atomic
def save_view(
    *, by: User, name: str, query: str, is_shared: bool = False, team: Team | None = None
) -> SavedView:
    """Keep filters, sort, columns and the look of a list under a name: for oneself, for a TEAM, or for all.
    ValidationError beyond 50 own views or 2,000 characters of query."""
    if len(query) > 2000:
        raise ValidationError({"name": _("This view has too many filters to be kept.")})
    if SavedView.objects.filter(by=by).count() >= MOST_VIEWS:
        raise ValidationError({"name": _("You have 50 views already: delete one first.")})
    last = SavedView.objects.aggregate(last=Max("position"))["last"] or 0
    view = SavedView.objects.create(
        by=by,
        name=_name(name),
        query=query,
        is_shared=is_shared,
        team=None if is_shared else team,
        position=min(last + 1, 32000),
    )
    audit.record("customers.view.saved", view, by=by, label=view.name, shared=is_shared)
    return view


@transaction.atomic
def edit_view(
    view: SavedView,
    *,
    by: User,
    name: str | None = None,
    query: str | None = None,
    is_shared: bool | None = None,
    team: Team | None = None,
) -> SavedView:
    """Rename a view, share it (with all, or with a TEAM), or give it another query."""
    if name is not None:
        view.name = _name(name)
    if query is not None:
        if len(query) > 2000:
            raise ValidationError({"name": _("This view has too many filters to be kept.")})
        view.query = query
    if is_shared is not None:
        view.is_shared, view.team = is_shared, None if is_shared else team
    view.save()
    audit.record("customers.view.edited", view, by=by, label=view.name, shared=view.is_shared)
    return view


@transaction.atomic
def copy_view(view: SavedView, *, by: User) -> SavedView:
    """The same view once more, as one's own."""
    name = _("%(name)s (copy)") % {"name": view.name}
    return save_view(by=by, name=name[:80], query=view.query)


@transaction.atomic
def mark_view(
    view: SavedView,
    *,
    by: User,
    pinned: bool | None = None,
    hidden: bool | None = None,
    opens: bool | None = None,
) -> ViewMark:
    """What a person does with a view: pin it first, put it out of sight, open the list with it. One view opens it."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    mark, _new = ViewMark.objects.get_or_create(view=view, user=by)
    if pinned is not None:
        mark.is_pinned = pinned
    if hidden is not None:
        mark.is_hidden = hidden
    if opens is not None:
        ViewMark.objects.filter(user=by, is_default=True).exclude(pk=mark.pk).update(is_default=False)
        mark.is_default = opens
    mark.save()
    return mark


@transaction.atomic
def remove_view(view: SavedView, *, by: User) -> None:
    """Delete a view; the customers in it are untouched."""
    audit.record("customers.view.removed", view, by=by, label=view.name, query=view.query)
    view.delete()
