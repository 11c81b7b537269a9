"""The blanks of a rule as form parts: what was typed becomes what the tree keeps, and back; and what each kind of
blank needs to be drawn. Knows the kinds of segments.fields, no condition by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from grahak.catalogue.models import Category, Product
from grahak.channels.models import Dispatch
from grahak.core import money
from grahak.core.digits import to_ascii_digits
from grahak.core.models import Branch, User
from grahak.customers.models import EventSum, Tag
from grahak.insight.models import Segment
from grahak.insight.segments import registry
from grahak.insight.segments.fields import OPERATORS, ROWS, WINDOWS, Field, Wrong
from grahak.insight.views.segments_draft import Node

MOST_CHOICES: Final = 500
MOST_EVENTS: Final = 200
_WINDOW_PARTS: Final = ("days", "day", "from", "to")
_NUMBERS: Final = ("number", "money", "quantity", "percent", "days")
Choice = tuple[str, Any]


@dataclass
class Blank:
    """One blank to draw. NAME is its form name; PARTS what stands in its parts ("" is the first)."""

    name: str
    kind: str
    label: Any
    template: str
    parts: dict[str, str]
    chosen: list[str]
    choices: list[Choice] = field(default_factory=list)
    optional: bool = False
    shows_label: bool = True
    unit: Any = ""
    sign: str = ""
    invalid: bool = False

    @property
    def chosen_labels(self) -> list[Any]:
        return [label for code, label in self.choices if str(code) in self.chosen]

    @property
    def first(self) -> str:
        return self.parts.get("", "")


def raw(blank: Field, node: Node) -> Any:
    """What was typed into a blank, in the form that Field.clean takes. Raises Wrong where an item typed by name is
    not found."""
    name = blank.name
    typed = [value for value in node.given.get(name, []) if value.strip()]
    first = typed[0].strip() if typed else ""
    if blank.kind == "window":
        if not first and blank.optional:
            return None
        parts = {part: node.one(f"{name}~{part}").strip() for part in _WINDOW_PARTS}
        if first in ("last", "older"):
            _not_empty(blank, parts["days"])
        return {"kind": first, **{part: value for part, value in parts.items() if value}}
    if blank.kind == "comparison":
        value = node.one(f"{name}~value").strip()
        if not value and blank.optional:
            return None
        _not_empty(blank, value)
        return {"op": first, "value": value, "to": node.one(f"{name}~to").strip()}
    if blank.kind == "product":
        return _products(blank, node, typed)
    if blank.kind in ROWS or blank.kind == "choices":
        typed = [to_ascii_digits(value) if blank.kind in ROWS else value for value in typed]
        return typed if blank.many or blank.kind == "choices" else (typed[0] if typed else "")
    return first


def _not_empty(blank: Field, value: str) -> None:
    if not value:
        raise Wrong(_("“%(field)s” is empty.") % {"field": blank.label})


def _products(blank: Field, node: Node, typed: list[str]) -> Any:
    """The ticked items and the one just typed: by the number that the suggestion gave, else by code or name."""
    ids = [value for value in typed if value.isdecimal()]
    chosen, text = node.one(f"{blank.name}~id").strip(), node.one(f"{blank.name}~typed").strip()
    if chosen.isdecimal() and chosen.isascii():
        ids.append(chosen)
    elif text:
        found = (
            Product.objects.filter(code__iexact=text).first()
            or Product.objects.filter(name__iexact=text).first()
        )
        if found is None:
            raise Wrong(_("There is no item “%(text)s”.") % {"text": text[:60]})
        ids.append(str(found.pk))
    return list(dict.fromkeys(ids)) if blank.many else (ids[-1] if ids else "")


def given(blank: Field, value: Any) -> dict[str, list[str]]:
    """What stands in a blank's parts for a value that the tree keeps."""
    name = blank.name
    if value is None:
        return {}
    if isinstance(value, dict):
        first = value.get("kind", value.get("op", ""))
        rest = {f"{name}~{part}": [str(one)] for part, one in value.items() if part not in ("kind", "op")}
        return {name: [str(first)], **rest}
    if isinstance(value, list | tuple):
        return {name: [str(one) for one in value]}
    return {name: [str(value)]}


def fresh(code: str) -> Node | None:
    """A new rule of a condition, its blanks as they begin; None for no such condition."""
    condition = registry.CONDITIONS.get(code)
    if condition is None:
        return None
    typed: dict[str, list[str]] = {}
    for blank in condition.fields:
        typed |= given(blank, _beginning(blank))
    return Node(code=code, given=typed)


def _beginning(blank: Field) -> Any:
    if blank.default is not None:
        return blank.default() if callable(blank.default) else blank.default
    if blank.optional:
        return None
    if blank.kind == "window":
        return {"kind": "ever"}
    if blank.kind == "comparison":
        return {"op": "at_least", "value": ""}
    return None


def to_json(node: Node) -> dict[str, Any]:
    """The draft as the tree keeps it; what can't be taken is written into the nodes' PROBLEMS."""
    node.problems = {}
    if node.is_group:
        return {"match": node.match, "rules": [to_json(rule) for rule in node.rules]}
    condition = registry.CONDITIONS.get(node.code)
    if condition is None:
        node.problems[""] = _("There is no condition “%(code)s” any more: take this line out.") % {
            "code": node.code
        }
        return {"is": node.code}
    args: dict[str, Any] = {}
    for blank in condition.fields:
        try:
            value = blank.clean(raw(blank, node))
        except Wrong as wrong:
            node.problems[blank.name] = str(wrong.sentence)
            continue
        if value is not None:
            args[blank.name] = value
    if not node.problems and condition.check is not None:
        try:
            condition.check(args)
        except Wrong as wrong:
            node.problems[""] = str(wrong.sentence)
    return {"is": node.code, **args}


def from_json(kept: Any) -> Node:
    """The draft of a kept tree (of Segment.tree, whatever it holds)."""
    if not isinstance(kept, dict) or "is" not in kept:
        rules = kept.get("rules", []) if isinstance(kept, dict) else []
        match = str(kept.get("match", "all")) if isinstance(kept, dict) else "all"
        return Node(match=match or "all", rules=[from_json(rule) for rule in rules])
    condition = registry.CONDITIONS.get(str(kept["is"]))
    typed: dict[str, list[str]] = {}
    for blank in condition.fields if condition else ():
        typed |= given(blank, kept.get(blank.name))
    return Node(code=str(kept["is"]), given=typed)


class Shelf:
    """The choices that blanks offer, each kind asked for once a page."""

    def __init__(self, without_segment: int | None = None) -> None:
        self._kept: dict[Any, list[Choice]] = {}
        self._without = without_segment

    def of(self, blank: Field) -> list[Choice]:
        key: Any = blank.choices or blank.kind
        if key not in self._kept:
            source = blank.choices or _ROWS.get(blank.kind)
            found = list(source()) if source else []
            if blank.kind == "segment" and self._without:
                found = [one for one in found if str(one[0]) != str(self._without)]
            self._kept[key] = [(str(code), label) for code, label in found]
        return self._kept[key]


def _named(rows: Any) -> list[Choice]:
    return [(str(pk), name) for pk, name in rows[:MOST_CHOICES]]


_ROWS: Final[dict[str, Callable[[], Iterable[Choice]]]] = {
    "category": lambda: _named(Category.objects.order_by("name").values_list("pk", "name")),
    "tag": lambda: _named(Tag.objects.order_by("name").values_list("pk", "name")),
    "segment": lambda: _named(Segment.objects.active().values_list("pk", "name")),
    "branch": lambda: _named(Branch.objects.values_list("pk", "name")),
    "person": lambda: _named(User.objects.filter(is_active=True).values_list("pk", "name")),
    "dispatch": lambda: _named(Dispatch.objects.order_by("-pk").values_list("pk", "title")),
    "event": lambda: [
        (name, name)
        for name in EventSum.objects.order_by("name").values_list("name", flat=True).distinct()[:MOST_EVENTS]
    ],
}


def draw(node: Node, path: str, shelf: Shelf) -> list[Blank]:
    """The blanks of one rule, ready for their templates."""
    condition = registry.CONDITIONS.get(node.code)
    if condition is None:
        return []
    first = condition.fields[0] if condition.fields else None
    return [
        _drawn(
            blank, node, path, shelf, blank.kind != "window" and (blank is not first or blank.of == "percent")
        )
        for blank in condition.fields
    ]


def _drawn(blank: Field, node: Node, path: str, shelf: Shelf, shows_label: bool) -> Blank:
    name = f"{path}~{blank.name}"
    parts = {"": node.one(blank.name)}
    parts |= {
        part.partition("~")[2]: values[0]
        for part, values in node.given.items()
        if part.startswith(f"{blank.name}~") and values
    }
    kind = blank.of if blank.kind == "comparison" else blank.kind
    made = Blank(
        name=name,
        kind=blank.kind,
        label=blank.label,
        template=f"insight/segments/blanks/{_template(blank)}.html",
        parts=parts,
        chosen=list(node.given.get(blank.name, [])),
        optional=blank.optional,
        shows_label=shows_label,
        unit=_("days") if kind == "days" else "%" if kind == "percent" else "",
        sign=money.sign() if kind == "money" else "",
        invalid=blank.name in node.problems,
    )
    if blank.kind == "window":
        made.choices = list(WINDOWS.items())
    elif blank.kind == "comparison":
        made.choices = list(OPERATORS.items())
    elif blank.kind == "product":
        made.choices = [(str(pk), f"{code} {text}") for pk, code, text in _items(made.chosen)]
    elif blank.kind not in _NUMBERS and blank.kind != "date":
        made.choices = shelf.of(blank)
        made.choices = made.choices + _not_offered(blank, made)
        if made.template.endswith("choices.html"):  # what is ticked stands first
            made.choices = sorted(made.choices, key=lambda one: one[0] not in made.chosen)
    return made


def _not_offered(blank: Field, made: Blank) -> list[Choice]:
    """What is chosen though it is offered no more (archived, removed, beyond the first hundreds) stays seen."""
    if _template(blank) == "text":
        return []
    offered = {code for code, _label in made.choices}
    return [
        (code, _("%(code)s (gone)") % {"code": code}) for code in made.chosen if code and code not in offered
    ]


def _items(chosen: list[str]) -> Iterable[tuple[int, str, str]]:
    ids = [int(one) for one in chosen if one.isascii() and one.isdecimal() and len(one) < 19]
    return Product.objects.filter(pk__in=ids).values_list("pk", "code", "name") if ids else []


def _template(blank: Field) -> str:
    if blank.kind in ("window", "comparison", "date", "product"):
        return blank.kind
    if blank.kind in _NUMBERS:
        return "number"
    if blank.kind == "choices" or (blank.kind in ROWS and blank.many):
        return "choices"
    return "choice" if blank.kind == "choice" or blank.kind in ROWS else "text"
