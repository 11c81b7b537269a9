"""Start the shop, change it, add branches. Each is one transaction and leaves an audit line."""

from __future__ import annotations

from typing import Any, Literal

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from grahak.core import audit, business, events
from grahak.core.models import Branch, Business, Role, User
from grahak.core.refusals import Conflict
from grahak.core.registry import registry

SHOP_FIELDS = ("name", "currency", "grouping", "time_zone", "fiscal_month", "language", "country", "address")
EDITABLE = (*SHOP_FIELDS, "attribution_days")


@transaction.atomic
def start_shop(
    *,
    shop: dict[str, Any],
    logo: UploadedFile | None,
    branch: str,
    owner_name: str,
    owner_email: str,
    password: str,
) -> tuple[Business, User]:
    """The first run: the business, its first branch and its first owner. Conflict where a business is
    there already, so that two people filling in the form at once can't both become its owner."""
    try:
        with transaction.atomic():
            started = Business.objects.create(pk=1, **shop)
    except IntegrityError:
        raise Conflict(_("This shop has been set up already. Log in instead.")) from None
    if logo:
        started.logo.save(str(logo.name), logo)
    place = Branch.objects.create(name=branch)
    owner = User.objects.create_user(
        owner_email,
        password,
        name=owner_name,
        role=Role.OWNER,
        branch=place,
        language=shop.get("language", ""),
    )
    audit.record("core.business.started", started, by=owner, branch=branch)
    business.forget()
    events.announce("core.business.started", business_id=started.pk)
    return started, owner


def is_currency_locked() -> bool:
    """Whether amounts were written in the currency of account, so that another would make them wrong."""
    return any(lock() for lock in registry.currency_locks)


@transaction.atomic
def edit_shop(
    shop: Business, *, by: User, logo: UploadedFile | Literal[False] | None = None, **fields: Any
) -> Business:
    """Change the shop's own settings. LOGO: a checked picture, False takes it away, None leaves it.
    Conflict where the currency would change after amounts were written in it."""
    before = {name: getattr(shop, name) for name in fields}
    if fields.get("currency", shop.currency) != shop.currency and is_currency_locked():
        raise Conflict(_("The currency can't change any more: orders are written in it."))
    for name, value in fields.items():
        setattr(shop, name, value)
    detail = audit.changed(before, fields)
    old = shop.logo.name or ""
    if logo is not None:
        shop.logo = ""
        detail["logo"] = [old, ""]
    shop.save()
    if isinstance(logo, UploadedFile):
        shop.logo.save(str(logo.name), logo)
        detail["logo"] = [old, shop.logo.name or ""]
    if old and "logo" in detail:
        transaction.on_commit(lambda: shop.logo.storage.delete(old))
    if detail:
        audit.record("core.business.changed", shop, by=by, **detail)
    business.forget()
    return shop


@transaction.atomic
def add_branch(*, by: User, name: str, address: str = "") -> Branch:
    branch = Branch.objects.create(name=name, address=address)
    audit.record("core.branch.added", branch, by=by)
    return branch


@transaction.atomic
def edit_branch(branch: Branch, *, by: User, **fields: Any) -> Branch:
    before = {name: getattr(branch, name) for name in fields}
    for name, value in fields.items():
        setattr(branch, name, value)
    branch.save()
    audit.record("core.branch.changed", branch, by=by, **audit.changed(before, fields))
    return branch


def is_in_use(branch: Branch) -> bool:
    """Whether a colleague, customer, order or anything else belongs to the branch."""
    relations: list[Any] = [
        field
        for field in branch._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete
    ]
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: branch}).exists()
        for relation in relations
    )


@transaction.atomic
def remove_branch(branch: Branch, *, by: User) -> None:
    """Take away a branch that nothing belongs to; Conflict otherwise."""
    if is_in_use(branch) or Branch.objects.count() == 1:
        raise Conflict(_("People, customers or orders belong to this branch, so it stays."))
    audit.record("core.branch.removed", branch, by=by)
    branch.delete()
