"""Opens the demo shop: its people are there at once, its orders follow in the background."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.config.demo import progress, story
from grahak.config.demo.cast import set_up_cast
from grahak.config.demo.prepare import CUSTOMERS, LAST_LINE, LINES, RUPEES_A_POUND, weeks_until
from grahak.core import audit, business, events
from grahak.core.models import Business, User
from grahak.core.refusals import Conflict


@transaction.atomic
def start_demo(*, by: User | None = None) -> User:
    """Make the demo's shop and people, and begin to load its orders; gives its owner. Conflict where a shop
    is here already."""
    if Business.objects.exists():
        raise Conflict(_("This shop has been set up already. Log in instead."))
    shop, owner = set_up_cast()
    business.forget()
    now = timezone.now().astimezone(business.zone()).replace(tzinfo=None)
    weeks = weeks_until(now)
    shop.demo_story = {
        "data": "Online Retail (CC0)",
        "rate": RUPEES_A_POUND,
        "weeks": weeks,
        "last_line": (LAST_LINE + weeks * story.WEEK).isoformat(),
    }
    shop.save(update_fields=["demo_story"])
    progress.keep(
        {"step": "prepare", "done": 0, "whole": CUSTOMERS + LINES, "finished": False, "runs": {}, "told": []}
    )
    audit.record("core.demo.started", shop, by=by, weeks=weeks)
    events.announce("core.business.started", business_id=shop.pk)
    story.go_on.enqueue()
    business.forget()
    return owner
