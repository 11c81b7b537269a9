"""This room's part of the demo story: what the web shop and a connected shop tell, all made up."""

from __future__ import annotations

from grahak.connect.connectors import demo as shop
from grahak.connect.digest import demo as web
from grahak.connect.rules import demo as rules
from grahak.connect.webhooks import demo as webhooks
from grahak.core.models import User


def tell_story(*, by: User | None) -> dict[str, int]:
    """Tell it; returns how many events came in."""
    shop.tell_story(by=by)
    webhooks.tell_story(by=by)
    rules.tell_rules(by=by)
    return web.tell_story(by=by)
