"""Reading condition trees: what is refused, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grahak.insight.segments import conditions, tree
from grahak.insight.segments.registry import CONDITIONS, grouped

assert conditions.__all__
LATELY = {"kind": "last", "days": 90}


def refused(raw: Any) -> str:
    with pytest.raises(tree.TreeError) as found:
        tree.parse(raw)
    return str(found.value.sentence)


def group(*rules: Any, match: str = "all") -> dict[str, Any]:
    return {"v": 1, "match": match, "rules": list(rules)}


def test_a_tree_is_kept_in_one_form_whatever_was_typed() -> None:
    raw = group(
        {"is": "spent", "amount": {"op": "between", "value": "2,000", "to": "1,000.50"}, "window": LATELY},
        {"is": "tag", "tags": ["7", 3, 7]},
    )
    rules = tree.parse(json.dumps(raw))
    assert rules.json()["rules"] == [
        {"is": "spent", "amount": {"op": "between", "value": "1000.5", "to": "2000"}, "window": LATELY},
        {"is": "tag", "tags": [3, 7]},
    ]
    assert tree.parse(rules.json()).text == rules.text


def test_what_cannot_be_taken_names_the_rule() -> None:
    nested = group(
        {"match": "any", "rules": [{"is": "kind", "values": ["person"]}, {"is": "tag", "tags": []}]}
    )
    assert refused(nested) == "Rule 1.2: “Tag” is empty."
    assert refused(group({"is": "nothing"})) == "Rule 1: there is no condition “nothing”."
    assert refused(group({"is": "orders", "window": {"kind": "last", "days": -1}})) == (
        "Rule 1: “When” can’t be understood."
    )
    assert refused(group({"is": "tag", "tags": [True]})) == "Rule 1: “Tag” can’t be understood."
    assert (
        refused(group({"is": "kind", "values": ["person"], "sql": "1"})) == "Rule 1: “sql” is not known here."
    )
    assert refused(group({"is": "rfm_class", "classes": ["x' OR 1"]})) == (
        "Rule 1: “x' OR 1” is not one of the choices."
    )


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[",
        "[]",
        7,
        {"v": 2, "match": "all", "rules": []},
        {"v": 1, "match": "some", "rules": []},
        "[" * 100_000,
    ],
)
def test_what_is_no_tree_is_refused(raw: Any) -> None:
    assert refused(raw) in (
        "These rules can’t be read.",
        "These rules were written by another version of Grahak.",
        "it can’t be read.",
    )


def test_trees_that_are_too_large_or_too_deep_are_refused() -> None:
    leaf = {"is": "lapsed"}
    assert refused(group(*[leaf] * 200)) == "These are more than 200 rules."
    deep: dict[str, Any] = {"match": "all", "rules": [leaf]}
    for _level in range(9):
        deep = {"match": "all", "rules": [deep]}
    assert refused({"v": 1, **deep}).endswith("it lies too deep inside other groups.")


def test_properties_of_events_are_checked() -> None:
    did = {"is": "did", "event": "Bought", "window": LATELY}
    assert (
        refused(group({**did, "property": 'a"b', "value": "1"})) == "Rule 1: “Property” can’t be understood."
    )
    assert (
        refused(group({**did, "property": "a", "sign": "at_least", "value": "x"}))
        == "Rule 1: “x” is not a number."
    )
    assert refused(group({**did, "value": "1"})) == "Rule 1: A value needs the property that it is of."


def test_every_condition_stands_under_one_heading_with_a_label_and_a_figure() -> None:
    listed = [condition.code for _heading, found in grouped() for condition in found]
    assert sorted(listed) == sorted(CONDITIONS)
    assert [code for code, one in CONDITIONS.items() if bool(one.figure) != bool(one.actual)] == []
