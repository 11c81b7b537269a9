"""What is written down about a customer: kind, place, language, branch, who is in charge, name, age, tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core.models import Branch, Team, User
from grahak.customers.actions.names import sort_name
from grahak.customers.listing.filters import distinct_values
from grahak.customers.models import Customer, Kind, Lifecycle, Tag
from grahak.customers.places import country_choices
from grahak.insight.segments import words
from grahak.insight.segments.context import Context, Known
from grahak.insight.segments.fields import Field, Wrong
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, day_within, within

HEADING = gettext_lazy("About them")
MOST_CHOICES = 300
NOBODY = "none"

Choices = Callable[[], Iterable[tuple[str, Any]]]


def cities() -> list[tuple[str, Any]]:
    return [(city, city) for city in distinct_values("city")]


def countries() -> list[tuple[str, Any]]:
    """Those that customers live in."""
    names = dict(country_choices())
    return [(code, names.get(code, code)) for code in distinct_values("country")]


def regions() -> list[tuple[str, Any]]:
    found = Customer.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return [(region, region) for region in found[:MOST_CHOICES]]


def languages() -> Iterable[tuple[str, Any]]:
    return settings.LANGUAGES


def sources() -> list[tuple[str, Any]]:
    """Where records came from."""
    found = Customer.objects.order_by("source").values_list("source", flat=True).distinct()[:MOST_CHOICES]
    named = {"hand": _("Written by hand")}
    return [(source, named.get(source, source)) for source in found]


def people() -> list[tuple[str, Any]]:
    found = [(str(pk), name) for pk, name in User.objects.filter(is_active=True).values_list("pk", "name")]
    return [(NOBODY, _("nobody")), *found]


def _row_or_nobody(args: Args) -> None:
    _numbers(args["people"], _("Person"))


def _team_or_none(args: Args) -> None:
    _numbers(args["teams"], _("Team"))


def _numbers(codes: Any, field: Any) -> None:
    for code in codes:
        if code != NOBODY and not (code.isascii() and code.isdigit()):
            raise Wrong(_("“%(field)s” can’t be understood.") % {"field": field})


def teams() -> list[tuple[str, Any]]:
    found = Team.objects.filter(archived_at=None).values_list("pk", "name")[:MOST_CHOICES]
    return [*((str(pk), name) for pk, name in found), (NOBODY, _("no team"))]


def lives() -> list[tuple[str, Any]]:
    return list(Lifecycle.choices)


def _kinds() -> list[tuple[str, Any]]:
    return list(Kind.choices)


# What values that are codes are called; a city is called as it is
_NAMES: dict[str, Choices] = {
    "country": country_choices,
    "kind": _kinds,
    "lifecycle": lives,
    "language": languages,
    "source": lambda: [("hand", _("Written by hand"))],
}


def _one_of(
    code: str, column: str, label: Any, choices: Choices, says: Any, found: Any, order: int
) -> Condition:
    """A condition on a text column of the customer: one of several values. FOUND says what the customer has."""

    def sql(args: Args, ctx: Context) -> str:
        return Known(f"c.{column} IN {ctx.values(args['values'])}")

    def named(codes: Any) -> str:
        return words.labels(_NAMES[column]() if column in _NAMES else (), codes)

    def actual(args: Args, value: Any) -> str:
        return str(found) % {"value": named(value)} if value else _("not written down")

    return Condition(
        code, HEADING, label,
        (Field("values", "choices", label, choices),),
        sql,
        lambda args: str(says) % {"values": named(args["values"])},
        lambda args, ctx: f"SELECT c.{column} FROM {ctx.table('customers')} c",
        actual,
        cost=0, order=order,
    )  # fmt: skip


def _branch(args: Args, ctx: Context) -> str:
    return f"c.branch_id IN {ctx.values(args['branches'])}"


def _person(args: Args, ctx: Context) -> str:
    ids = [int(code) for code in args["people"] if code != NOBODY]
    parts = [f"c.owner_id IN {ctx.values(ids)}"] if ids else []
    parts += ["c.owner_id IS NULL"] if NOBODY in args["people"] else []
    return " OR ".join(parts)


def _team(args: Args, ctx: Context) -> str:
    ids = [int(code) for code in args["teams"] if code != NOBODY]
    parts = [f"c.team_id IN {ctx.values(ids)}"] if ids else []
    parts += ["c.team_id IS NULL"] if NOBODY in args["teams"] else []
    return " OR ".join(parts)


def _referred(args: Args, ctx: Context) -> str:
    return Known("c.referred_by_id IS NOT NULL")


def _named(args: Args, ctx: Context) -> str:
    return Known(ctx.contains("c.name_sort", sort_name(args["text"])))


def _since(args: Args, ctx: Context) -> str:
    return " AND ".join(day_within("c.since", args["window"], ctx) or ["c.since IS NOT NULL"])


def _created(args: Args, ctx: Context) -> str:
    return " AND ".join(within("c.created_at", args["window"], ctx) or ["c.created_at IS NOT NULL"])


def _tagged(args: Args, ctx: Context) -> str:
    tags = Rows(ctx, f"{ctx.table('customer_tags')} g", "g.customer_id")
    return tags.that(f"g.tag_id IN {ctx.values(args['tags'])}").any()


def _tags_found(args: Args, value: Any) -> str:
    return _("tagged %(tags)s") % {"tags": value} if value else _("has no tag")


def _tag_figure(args: Args, ctx: Context) -> str:
    """All tags of the customer in one text; engines call that function by different names."""
    joined = "group_concat(g.tag, ', ')" if ctx.target.dialect == "sqlite" else "string_agg(g.tag, ', ')"
    return f"SELECT {joined} FROM {ctx.table('customer_tags')} g"


def _of_customer(column: str) -> Callable[[Args, Context], str]:
    return lambda args, ctx: f"SELECT c.{column} FROM {ctx.table('customers')} c"


_WINDOW = Field("window", "window", gettext_lazy("When"), default={"kind": "last", "days": 90})

add(
    _one_of(
        "kind", "kind", gettext_lazy("Kind of customer"), _kinds,
        gettext_lazy("Is a %(values)s"), gettext_lazy("is a %(value)s"), 1,
    ),
    _one_of(
        "city", "city", gettext_lazy("City"), cities,
        gettext_lazy("Lives in the city %(values)s"), gettext_lazy("lives in %(value)s"), 2,
    ),
    _one_of(
        "region", "region", gettext_lazy("State or province"), regions,
        gettext_lazy("Lives in the state %(values)s"), gettext_lazy("lives in %(value)s"), 3,
    ),
    _one_of(
        "country", "country", gettext_lazy("Country"), countries,
        gettext_lazy("Lives in the country %(values)s"), gettext_lazy("lives in %(value)s"), 4,
    ),
    _one_of(
        "language", "language", gettext_lazy("Writes in"), languages,
        gettext_lazy("Writes in %(values)s"), gettext_lazy("writes in %(value)s"), 5,
    ),
    _one_of(
        "source", "source", gettext_lazy("Where the record came from"), sources,
        gettext_lazy("The record came from %(values)s"), gettext_lazy("the record came from %(value)s"), 9,
    ),
    Condition(
        "branch", HEADING, gettext_lazy("Branch"),
        (Field("branches", "branch", gettext_lazy("Branch"), many=True),),
        _branch,
        lambda args: _("Belongs to the branch %(names)s") % {"names": words.rows(Branch, args["branches"])},
        _of_customer("branch_id"),
        lambda args, value: (
            _("belongs to %(name)s") % {"name": words.rows(Branch, value)} if value else _("belongs to no branch")
        ),
        cost=0, order=6,
    ),
    Condition(
        "person", HEADING, gettext_lazy("Person in charge"),
        (Field("people", "choices", gettext_lazy("Person"), people),),
        _person,
        lambda args: _("In charge is %(names)s") % {"names": words.labels(people(), args["people"])},
        _of_customer("owner_id"),
        lambda args, value: (
            _("in charge is %(name)s") % {"name": words.rows(User, value)} if value else _("nobody is in charge")
        ),
        cost=0, order=7, check=_row_or_nobody,
    ),
    _one_of(
        "lifecycle", "lifecycle", gettext_lazy("Lifecycle"), lives,
        gettext_lazy("In their life with the shop: %(values)s"), gettext_lazy("is a %(value)s"), 13,
    ),
    Condition(
        "team", HEADING, gettext_lazy("Team"),
        (Field("teams", "choices", gettext_lazy("Team"), teams),),
        _team,
        lambda args: _("Belongs to the team %(names)s") % {"names": words.labels(teams(), args["teams"])},
        _of_customer("team_id"),
        lambda args, value: (
            _("belongs to %(name)s") % {"name": words.rows(Team, value)} if value else _("belongs to no team")
        ),
        cost=0, order=14, check=_team_or_none,
    ),
    Condition(
        "referred", HEADING, gettext_lazy("Was sent by a customer"),
        (),
        _referred,
        lambda args: _("Was sent by another customer"),
        _of_customer("referred_by_id"),
        lambda args, value: _("was sent by a customer") if value else _("came by themselves"),
        cost=0, order=15,
    ),
    Condition(
        "name", HEADING, gettext_lazy("Name contains"),
        (Field("text", "text", gettext_lazy("Part of the name")),),
        _named,
        lambda args: _("The name contains “%(text)s”") % args,
        _of_customer("name"),
        lambda args, value: _("is called %(name)s") % {"name": value},
        cost=0, order=8,
    ),
    Condition(
        "since", HEADING, gettext_lazy("Customer since"),
        (_WINDOW,),
        _since,
        lambda args: _("Customer since a day %(window)s") % {"window": words.window(args["window"])},
        _of_customer("since"),
        lambda args, value: _("customer since %(day)s") % {"day": words.day(value)} if value else _("not written down"),
        cost=0, order=10,
    ),
    Condition(
        "created", HEADING, gettext_lazy("Record made"),
        (_WINDOW,),
        _created,
        lambda args: _("The record was made %(window)s") % {"window": words.window(args["window"])},
        _of_customer("created_at"),
        lambda args, value: _("made on %(day)s") % {"day": words.day(value)},
        cost=0, order=11,
    ),
    Condition(
        "tag", HEADING, gettext_lazy("Tag"),
        (Field("tags", "tag", gettext_lazy("Tag"), many=True),),
        _tagged,
        lambda args: _("Is tagged %(names)s") % {"names": words.rows(Tag, args["tags"])},
        _tag_figure,
        _tags_found,
        cost=1, order=12,
    ),
)  # fmt: skip
