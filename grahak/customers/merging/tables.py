"""How this room's own rows go along when customers are merged."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.core.merging import STAY, Which, register
from grahak.customers.merging.fields import own_going
from grahak.customers.models import Lead, Relation
from grahak.customers.models.leads import OPEN

_HISTORY = "history of a merge or of what was decided about pairs; it tells of the numbers it was made with"


def hang() -> None:
    """Called once, when the apps are ready."""
    # contacts first: what hangs on them goes along without being touched
    register("customers.Contact", says=_("Contacts"))
    register("customers.ExternalRef", says=_("Codes of other systems"))
    register("customers.CustomerTag", unless=("tag",), says=_("Tags"))
    register("customers.CustomValue", rule=own_going, says=_("Fields of your own"))
    register("customers.CustomValue", field="other", says=_("Fields that name them"))
    register("customers.Activity", says=_("Lines of the day book"))
    register("customers.Note", says=_("Notes"))
    register("customers.Task", says=_("Tasks"))
    register("customers.Meeting", says=_("Meetings"))
    register("customers.Share", rule=STAY, why="opens one record to somebody; merged it would open more")
    register("customers.Address", says=_("More addresses"))
    register("customers.Attachment", says=_("Files"))
    register("customers.AsideValue", unless=("change",), says=_("Values of fields that changed their kind"))
    register("customers.Lead", rule=_leads, says=_("Leads"))
    register("customers.LifecycleChange", says=_("Steps of their life"))
    register("customers.Relation", field="one", rule=_relations("one", "other"), says=_("Relations"))
    register("customers.Relation", field="other", rule=_relations("other", "one"), says=_("Relations"))
    register("customers.Visitor", says=_("Browsers and accounts on the web shop"))
    register("customers.Customer", field="referred_by", says=_("Customers whom they brought"))
    register(
        "customers.Customer", field="merged_into", rule=STAY, why="the chain of merges is followed, never cut"
    )
    register("customers.NameKey", rule=STAY, why="made anew for the kept one, with the gone one's names")
    for field in ("low", "high"):
        register("customers.DuplicatePair", field=field, rule=STAY, why=_HISTORY)
    for field in ("kept", "gone"):
        register("customers.Merge", field=field, rule=STAY, why=_HISTORY)
    # of two contacts that are one person
    register(
        "customers.Identity", field="contact", unless=("kind", "value"), says=_("Phones, e-mails, cards")
    )
    register("customers.Consent", field="contact", says=_("What they said about messages"))
    register("customers.Wish", field="contact", says=_("Wishes about messages"))
    register("customers.Activity", field="contact")
    register("customers.Visitor", field="contact")
    register("customers.Task", field="contact")
    register("customers.Meeting", field="contact")


def _leads(kept: int, gone: int) -> QuerySet[Lead]:
    """All leads but an open one where the kept customer has an open one of its own: that one goes on."""
    rows = Lead.objects.filter(customer_id=gone)
    if Lead.objects.filter(customer_id=kept, state__in=OPEN).exists():
        return rows.exclude(state__in=OPEN)
    return rows


def _relations(mine: str, theirs: str) -> Which:
    """Relations of the gone one, but those between the two themselves and those that the kept one has already (where
    it reads alike from both ends, also the other way round)."""

    def going(kept: int, gone: int) -> QuerySet[Relation]:
        rows = Relation.objects.filter(**{f"{mine}_id": gone}).exclude(**{f"{theirs}_id": kept})
        same = Relation.objects.filter(
            kind=OuterRef("kind"), **{f"{mine}_id": kept, theirs: OuterRef(theirs)}
        )
        turned = Relation.objects.filter(
            kind=OuterRef("kind"),
            kind__forward=F("kind__backward"),
            **{f"{theirs}_id": kept, mine: OuterRef(theirs)},
        )
        return rows.exclude(Exists(same)).exclude(Exists(turned))

    return going
