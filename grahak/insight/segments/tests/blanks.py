"""Hypothesis strategies that fill in the blanks of any condition, by the kind of each blank, and make trees of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import CONDITIONS, Condition
from grahak.insight.segments.tests.world import CITIES, DAYS, EVENTS, MONEY, TODAY, World

_DAYS_AGO = st.sampled_from([day for day in DAYS if day >= 0])
_DATES = st.sampled_from(DAYS).map(lambda days: (TODAY - dt.timedelta(days=days)).isoformat())
_AMOUNTS = {
    "number": st.integers(0, 4),
    "days": st.sampled_from([0, 1, 7, 8, 30, 31, 90]),
    "money": st.sampled_from([*MONEY, "-1000", "-0.0001"]),
    "quantity": st.sampled_from(["0", "0.125", "1", "9.999", "10", "20"]),
    "percent": st.sampled_from(["0", "33.33", "50", "100", "150", "-10"]),
}
TEXTS = {
    "text": ["iqbal", "O'Brien", "ICE", "%", "_", "'", "ása", "zz", "मोहन", "x"],
    "property": ["price", "colour", "a b", "none"],
    "subject": ["W1", "/cart", "nothing"],
    "value": ["12.5", "12", "Blue", "blau", "-3", "abc", "9007199254740993"],
}
WINDOWS = st.one_of(
    st.just({"kind": "ever"}),
    st.builds(lambda days: {"kind": "last", "days": days}, _DAYS_AGO),
    st.builds(lambda days: {"kind": "older", "days": days}, _DAYS_AGO),
    st.builds(lambda day: {"kind": "before", "day": day}, _DATES),
    st.builds(lambda a, b: {"kind": "between", "from": a, "to": b}, _DATES, _DATES),
)


def comparisons(of: str) -> st.SearchStrategy[dict[str, Any]]:
    value = _AMOUNTS[of]
    return st.one_of(
        st.builds(
            lambda op, value: {"op": op, "value": value},
            st.sampled_from(["at_least", "at_most", "exactly"]),
            value,
        ),
        st.builds(lambda low, high: {"op": "between", "value": low, "to": high}, value, value),
    )


def _value(condition: Condition, field: Field, world: World) -> st.SearchStrategy[Any]:
    rows = {
        "product": world.products, "category": world.categories, "tag": world.tags, "segment": world.lists,
        "branch": world.branches, "person": world.people, "dispatch": world.dispatches,
    }  # fmt: skip
    if field.kind in rows:
        one = st.sampled_from([*rows[field.kind], 999_999] if field.kind != "segment" else rows[field.kind])
        return st.lists(one, min_size=1, max_size=2) if field.many else one
    if field.kind == "choices":
        known = {"city": CITIES[:2], "country": ("IN", "PK"), "region": ("Gujarat",)}.get(condition.code)
        codes = list(known) if known else [str(code) for code, _label in field.choices() if code]  # type: ignore[misc]
        return st.lists(st.sampled_from(codes), min_size=1, max_size=2)
    if field.kind == "choice":
        return st.sampled_from([code for code, _label in field.choices()])  # type: ignore[misc]
    if field.kind == "event":
        return st.sampled_from([*EVENTS, "Never Seen"])
    if field.kind in ("text", "property"):
        return st.sampled_from(TEXTS.get(field.name) or TEXTS[field.kind])
    if field.kind == "window":
        return WINDOWS
    if field.kind == "comparison":
        return comparisons(field.of)
    return _AMOUNTS[{"days": "days"}.get(field.kind, field.kind)]


@st.composite
def leaves(draw: st.DrawFn, world: World, code: str = "") -> dict[str, Any]:
    """One condition with its blanks filled in, as JSON."""
    condition = CONDITIONS[code or draw(st.sampled_from(sorted(CONDITIONS)))]
    leaf: dict[str, Any] = {"is": condition.code}
    for field in condition.fields:
        if not field.optional or draw(st.booleans()):
            leaf[field.name] = draw(_value(condition, field, world))
    if condition.code == "did":
        if "property" not in leaf:
            leaf.pop("value", None), leaf.pop("sign", None)
        else:
            leaf.setdefault("value", "12.5")
            if leaf.get("sign") in ("at_least", "at_most"):
                leaf["value"] = draw(st.sampled_from(["12.5", "12", "-3", "0"]))
    return leaf


def trees(world: World) -> st.SearchStrategy[dict[str, Any]]:
    """Groups in groups of conditions, as JSON."""
    nodes = st.recursive(
        leaves(world),
        lambda inner: st.builds(
            lambda match, rules: {"match": match, "rules": rules},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, max_size=3),
        ),
        max_leaves=6,
    )
    return st.builds(
        lambda match, rules: {"v": 1, "match": match, "rules": rules},
        st.sampled_from(["all", "any", "none"]),
        st.lists(nodes, max_size=3),
    )
