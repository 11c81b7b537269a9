"""What web shops and tills know a customer by goes along when customers are merged, and what was taken in too late is
gathered after an import."""

from __future__ import annotations

from grahak.core.merging import register as along


def register() -> None:
    """Hang this room's part in."""
    along("connect.Delivery")
    along("connect.ShopObject")
    along("connect.RuleRun", unless=("rule", "occasion"))  # a rule looks once at an occasion for a customer
