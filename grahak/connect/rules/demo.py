"""The demo's rules: three believable ones, on, with nothing that writes to customers, and a log of what they did."""

from __future__ import annotations

from grahak.connect.rules.actions import add, switch
from grahak.connect.rules.models import Rule
from grahak.core.models import User
from grahak.customers.actions import add_customer
from grahak.insight.segments.tree import parse
from grahak.sales.deals.actions import win
from grahak.sales.models import Deal

NEW_ONES = (("Sunrise Gift Corner", "business", "Rajkot"), ("ممبئی کراکری ہاؤس", "business", "Surat"),
            ("Kavita Joshi", "person", "Mumbai"))  # fmt: skip
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
    _something_happens(by)


def _something_happens(by: User) -> None:
    """A shop and a person are written down and a deal is won: the worker finds it, and the rules' log says what they
    did, and for whom they did not."""
    sellers = list(
        User.objects.filter(role="salesman", is_active=True).select_related("branch").order_by("pk")[:3]
    )
    for place, (name, kind, city) in enumerate(NEW_ONES):
        seller = sellers[place % len(sellers)] if sellers else by
        add_customer(by=seller, name=name, kind=kind, city=city, owner=seller, branch=seller.branch)
    deal = Deal.objects.open().order_by("-amount", "pk").first()
    if deal is not None:
        win(deal, by=deal.owner or by)
