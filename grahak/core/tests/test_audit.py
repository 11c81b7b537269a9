"""The log is written in words: every action that the code records has a sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import grahak
from grahak.core.audit import sentence

PACKAGE = Path(grahak.__file__).parent


def _recorded() -> set[str]:
    """The first argument of every record("…") in the product's code, where it is a plain string."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "record" and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def test_every_recorded_action_has_words_for_the_log() -> None:
    recorded = _recorded()
    assert {"core.person.invited", "customers.customer.added", "sales.order.placed"} <= recorded
    assert sorted(action for action in recorded if str(sentence(action)) == action) == []
