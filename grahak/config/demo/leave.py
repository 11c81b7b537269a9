"""Leaves the demo: everything entered or loaded goes, tables stay, and the first run begins."""

from __future__ import annotations

import contextlib
import logging
import shutil
from pathlib import Path

from django.conf import settings
from django.core.management.color import no_style
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.events import announce
from grahak.core.models import Business, Change, User
from grahak.core.refusals import Conflict
from grahak.customers import custom
from grahak.warehouse import lake

logger = logging.getLogger("grahak.demo")
KEPT = {"django_content_type", "auth_permission", "django_migrations"}  # Django's own book-keeping


def leave_demo(*, by: User | None) -> None:
    """Empty every table and delete every uploaded file. Conflict unless this is the demo: a real shop is
    never wiped. Whoever is logged in is logged out; a job under way fails, because its rows are gone."""
    who = by.email if by else "shell"
    with connection.constraint_checks_disabled(), transaction.atomic():
        shop = Business.objects.select_for_update().first()
        if shop is None or not shop.is_demo:
            raise Conflict(_("This is not the demo: a real shop is never wiped."))
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        wiped = sorted(set(tables) - KEPT)
        statements = connection.ops.sql_flush(no_style(), wiped, reset_sequences=True, allow_cascade=False)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            # the triggers wrote down that all of it left, and the warehouse goes whole
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(Change._meta.db_table)}")  # noqa: S608
        announce("core.demo.left")
    data = Path(settings.DATA)
    for path in (Path(settings.MEDIA_ROOT), data / "demo", data / "warehouse", data / "copies"):
        shutil.rmtree(path, ignore_errors=True)
    business.forget()
    custom.forget()
    lake.forget()
    logger.warning("demo left, everything wiped", extra={"by": who, "tables": len(wiped)})
    _give_space_back()


def _give_space_back() -> None:
    """SQLite keeps the room of what was deleted until it is asked; nothing is lost where it is busy."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner's samples were of the demo
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
