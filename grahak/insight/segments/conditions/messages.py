"""Messages they were sent: received, opened, clicked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.channels.models import Dispatch
from grahak.insight.segments import words
from grahak.insight.segments.conditions.orders import COUNT, ONCE, TIMES, WINDOW, how_often
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, messages, within

HEADING = gettext_lazy("Messages")
MOST_CHOICES = 200
DISPATCH = Field(
    "dispatches", "dispatch", gettext_lazy("Which message"), lambda: dispatches(), optional=True, many=True
)


def dispatches() -> list[tuple[str, Any]]:
    """What was sent, the newest first."""
    found = Dispatch.objects.exclude(launched_at=None).order_by("-launched_at")
    return [(str(pk), title or f"#{pk}") for pk, title in found.values_list("pk", "title")[:MOST_CHOICES]]


def _rows(column: str) -> Any:
    def rows(args: Args, ctx: Context) -> Rows:
        found = messages(ctx)
        if args.get("dispatches"):
            found = found.that(f"m.dispatch_id IN {ctx.values(args['dispatches'])}")
        if column != "m.sent_at":
            found = found.that(f"{column} IS NOT NULL")
        return found.that(*within(column, args["window"], ctx))

    return rows


def _says(some: Any, never: Any, once: Any) -> Any:
    def says(args: Args) -> str:
        named = args.get("dispatches")
        title = words.rows(Dispatch, named, "title") if named else _("any message")
        return how_often(str(some), str(never), str(once), args, what=title)

    return says


def _found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("%(n)s message %(window)s", "%(n)s messages %(window)s", n) % {
        "n": words.number(n), "window": words.window(args["window"]),
    }  # fmt: skip


def _condition(code: str, column: str, label: Any, says: Any, order: int) -> Condition:
    rows = _rows(column)
    return Condition(
        code, HEADING, label,
        (DISPATCH, WINDOW, TIMES),
        lambda args, ctx: rows(args, ctx).compare(COUNT, args.get("times") or ONCE), says,
        lambda args, ctx: rows(args, ctx).figure(COUNT), _found,
        cost=3, order=order,
    )  # fmt: skip


add(
    _condition(
        "received", "m.sent_at", gettext_lazy("Was sent a message"),
        _says(
            gettext_lazy("Was sent %(what)s %(times)s %(window)s"),
            gettext_lazy("Was not sent %(what)s %(window)s"),
            gettext_lazy("Was sent %(what)s %(window)s"),
        ), 60,
    ),
    _condition(
        "opened", "m.first_opened_at", gettext_lazy("Opened a message"),
        _says(
            gettext_lazy("Opened %(what)s %(times)s %(window)s"),
            gettext_lazy("Did not open %(what)s %(window)s"),
            gettext_lazy("Opened %(what)s %(window)s"),
        ), 61,
    ),
    _condition(
        "clicked", "m.first_clicked_at", gettext_lazy("Followed a link in a message"),
        _says(
            gettext_lazy("Followed a link in %(what)s %(times)s %(window)s"),
            gettext_lazy("Did not follow a link in %(what)s %(window)s"),
            gettext_lazy("Followed a link in %(what)s %(window)s"),
        ), 62,
    ),
)  # fmt: skip
