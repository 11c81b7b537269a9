"""The demo's rules: three believable ones, on, with nothing that writes to customers."""

from __future__ import annotations

from grahak.connect.rules.actions import add, switch
from grahak.connect.rules.models import Rule
from grahak.core.models import User
from grahak.insight.segments.tree import parse

BUSINESSES = {"v": 1, "match": "all", "rules": [{"is": "kind", "values": ["business"]}]}
RULES = (
    {
        "name": "Call before they are due", "trigger": "due", "again": "days", "again_days": 10, "tree": BUSINESSES,
        "settings": {"date": "reorder", "days": "2", "side": "before"},
        "todo": [{"do": "task", "title": "Ask {customer} what they need", "who": "owner", "days": "0"}],
    },
    {
        "name": "Welcome a new shop", "trigger": "added", "again": "once", "again_days": 30, "tree": BUSINESSES,
        "settings": {},
        "todo": [
            {"do": "tag", "tag": "New shop"},
            {"do": "task", "title": "Bring {customer} the rate list", "who": "owner", "days": "3"},
        ],
    },
    {
        "name": "Thank after a deal is won", "trigger": "deal_won", "again": "always", "again_days": 30, "tree": {},
        "settings": {},
        "todo": [{"do": "task", "title": "Thank {customer} by phone", "who": "owner", "days": "1"}],
    },
)  # fmt: skip


def tell_rules(*, by: User | None) -> None:
    """Told once."""
    if by is None or Rule.objects.exists():
        return
    for one in RULES:
        rule = add(by=by, **{**one, "tree": parse(one["tree"])})  # type: ignore[arg-type]
        switch(rule, True, by=by)
