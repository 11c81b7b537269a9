"""A form is begun, changed, put away and brought back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.models import User
from grahak.marketing.forms_public.questions import new_token
from grahak.marketing.models import Form, FormKind

START: dict[str, list[tuple[str, bool]]] = {
    FormKind.SIGN_UP: [("name", True), ("phone", False), ("email", True)],
    FormKind.ENQUIRY: [("name", True), ("phone", True), ("email", False), ("message", True)],
}
KEPT = (
    *("name", "kind", "fields", "texts", "channels", "default_language", "double_opt_in", "tags", "origins"),
    *("branch", "assigned_to", "is_open"),
)


@transaction.atomic
def begin(kind: str, *, by: User) -> Form:
    """A new form of a kind, ready to be used as it is."""
    shop = business.current()
    language = shop.language if shop else settings.LANGUAGE_CODE
    enquiry = kind == FormKind.ENQUIRY
    form = Form.objects.create(
        name=_("Enquiry") if enquiry else _("Sign-up"),
        kind=kind,
        token=new_token(),
        fields=[{"name": name, "required": required} for name, required in START[kind]],
        channels=[] if enquiry else ["email", "whatsapp"],
        default_language=language,
        branch=by.branch,
        assigned_to=by,
        by=by,
    )
    audit.record("marketing.form.begun", form, by=by, kind=kind)
    return form


@transaction.atomic
def change(form: Form, *, by: User, **values: Any) -> Form:
    """Change what of KEPT differs."""
    unknown = set(values) - set(KEPT)
    if unknown:
        raise TypeError(f"a form has no {', '.join(sorted(unknown))}")
    locked = Form.objects.select_for_update(of=("self",)).get(pk=form.pk)
    before = {name: getattr(locked, name) for name in values}
    changed = audit.changed(before, values)
    if changed:
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save()
        long = {"texts", "fields"}
        told = {name: words for name, words in changed.items() if name not in long}
        audit.record("marketing.form.changed", locked, by=by, **told, words=sorted(long & set(changed)))
    return locked


@transaction.atomic
def put_away(form: Form, *, by: User) -> None:
    """Close a form for good, until it is brought back; what came in by it stays."""
    if Form.objects.filter(pk=form.pk, archived_at=None).update(archived_at=timezone.now()):
        audit.record("marketing.form.archived", form, by=by)


@transaction.atomic
def bring_back(form: Form, *, by: User) -> None:
    """Open a form again that was put away."""
    if Form.objects.filter(pk=form.pk, archived_at__isnull=False).update(archived_at=None):
        audit.record("marketing.form.restored", form, by=by)
