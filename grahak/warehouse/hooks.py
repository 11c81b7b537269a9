"""What the warehouse hangs into the shell, and what it listens to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.core.events import on
from grahak.core.registry import NavLink, registry
from grahak.warehouse import erase

PAGE = NavLink(
    _("Warehouse"), "warehouse:page", "warehouse", "warehouse.view", 3, 40,
    says=_("The copy for reports and lists: how fresh it is, and open files for Excel, Tableau and Power BI"),
)  # fmt: skip


def hang() -> None:
    """Called once, when the apps are ready."""
    registry.add_settings(PAGE)
    on("customers.erased", erase.on_erased)
    on("core.day.began", _count)


def _count(day: Any) -> None:
    """Once a day the warehouse is counted against the records."""
    from grahak.warehouse import jobs, lake

    if lake.current() is not None:
        jobs.soon(jobs.count_warehouse)
