"""Marketing's part of the demo story: a year of campaigns that were never sent, and say so, with ledgers kept by the
rules of real ones; and a draft that is ready to go to the mailbox.

What is simulated and what is not stands on each campaign: nothing was sent; who opened, followed a link, complained or
asked to stop is invented from a fixed seed; the orders are the demo shop's real sales. So a campaign cannot have done
anything: its hold-out, drawn by lot, tells by chance what it tells. On one the held out were not drawn but chosen so
that an effect shows, to let people see what one looks like; it says that too.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Avg
from django.utils.translation import gettext as _

from grahak.catalogue.models import Product
from grahak.core import audit, bulk, business
from grahak.core.models import User
from grahak.customers.models import Consent, Identity
from grahak.marketing.demo_plans import PLANS, SHOP, Plan, launch_day
from grahak.marketing.demo_sending import PROVIDER, simulate
from grahak.marketing.forms_public import demo as forms_demo
from grahak.marketing.letters import quick
from grahak.marketing.models import AudiencePart, Campaign, Chosen, Letter, LetterKind
from grahak.marketing.report import count
from grahak.sales.models import CustomerFigures, OrderLine

SEED = 20_261_124
NOTICE = "May we write to you about offers on this number? You can stop it at any time."
AGREED = {"whatsapp": (("whatsapp", "phone"), 0.62), "sms": (("phone",), 0.5)}
COSTED = 0.85  # of the items; the others show what a report does without
DUE = {
    "en": (
        "Time to fill the shelf, {{ contact.first_name }}?",
        "Dear {{ contact.first_name | default: 'friend' }},\n\n{% if figures.last_order_date %}your last order was on "
        "{{ figures.last_order_date }}. {% endif %}{% if figures.usual_items %}You usually take "
        "{{ figures.usual_items }}. {% endif %}Shall we send the same again? Answer this mail, or look here:\n"
        f"{SHOP}/new\n\nWith regards,\n{{{{ shop.name }}}}",
    ),
    "ur": (
        "{{ contact.first_name }}، نیا آرڈر بھیجیں؟",
        "محترم {{ contact.first_name }}،\n\n{% if figures.last_order_date %}آپ کا آخری آرڈر "
        "{{ figures.last_order_date }} کو آیا تھا۔ {% endif %}کیا وہی مال دوبارہ بھیج دیں؟ "
        "اس میل کا جواب دیں یا یہاں دیکھیں:\n"
        f"{SHOP}/new\n\nآداب،\n{{{{ shop.name }}}}",
    ),
    "hi": (
        "{{ contact.first_name }}, नया ऑर्डर भेजें?",
        "नमस्ते {{ contact.first_name }},\n\n{% if figures.last_order_date %}आपका पिछला ऑर्डर "
        "{{ figures.last_order_date }} को आया था। {% endif %}क्या वही माल फिर भेज दें? इस मेल का जवाब दें या यहाँ देखें:\n"
        f"{SHOP}/new\n\nसादर,\n{{{{ shop.name }}}}",
    ),
    "gu": (
        "{{ contact.first_name }}, નવો ઓર્ડર મોકલીએ?",
        "નમસ્તે {{ contact.first_name }},\n\n{% if figures.last_order_date %}તમારો છેલ્લો ઓર્ડર "
        "{{ figures.last_order_date }} એ આવ્યો હતો. {% endif %}એ જ માલ ફરી મોકલીએ? આ મેઇલનો જવાબ આપો અથવા અહીં જુઓ:\n"
        f"{SHOP}/new\n\nઆપનો,\n{{{{ shop.name }}}}",
    ),
}


def notes() -> tuple[str, str]:
    """What stands on a simulated campaign: the usual note, and that of the one whose effect is arranged."""
    lot = _(
        "Made up for the demo: nothing was sent. Who opened, clicked or asked to stop is invented, and so are costs of "
        "items. The orders are real sales, so it cannot have done anything: what its lot shows is chance."
    )
    arranged = _(
        "Made up for the demo: nothing was sent; clicks and costs are invented, the orders are real sales. Who was "
        "held out was not drawn by lot here but chosen so that an effect shows: it is no real one."
    )
    return lot[:300], arranged[:300]


def steps() -> list[Callable[[User | None], Any]]:
    """Costs and consents, the campaigns as they followed each other, the draft and the counting: each in a transaction
    of its own, and safe to repeat."""
    today = business.today()
    plans = sorted(PLANS, key=lambda plan: launch_day(plan, today))
    return [
        give_costs,
        agree,
        *(partial(tell, plan) for plan in plans),
        begin_draft,
        forms_demo.tell,
        count_all,
    ]


def tell_story(*, by: User | None) -> dict[str, Any]:
    """All of it at once; returns what each step told."""
    return {str(place): step(by) for place, step in enumerate(steps())}


@transaction.atomic
def give_costs(by: User | None) -> int:
    """Most items get a cost, a part of what they are sold at on average. Returns how many."""
    chance = random.Random(SEED)
    sold = OrderLine.objects.filter(
        product__cost=None, product__isnull=False, quantity__gt=0, unit_price__gt=0
    )
    rows = []
    for pk, rate in sold.order_by("product").values_list("product").annotate(rate=Avg("unit_price")):
        if chance.random() < COSTED:
            # the average is of whole ten-thousandths, and a cost is of whole paise
            rows.append((round(float(rate) * chance.uniform(0.36, 0.58) / 100) * 100, pk))
    bulk.update(Product, ["cost"], rows)
    return len(rows)


@transaction.atomic
def agree(by: User | None) -> int:
    """Consent for WhatsApp and SMS, given at the counter a year ago. Returns how many statements were written."""
    made = 0
    now = business.day_start(business.today())
    names = ("contact", "channel", "purpose", "state", "at", "by", "how", "notice", "is_current")
    for channel, (kinds, share) in AGREED.items():
        known = set(
            Consent.objects.filter(channel=channel, purpose="offers").values_list("contact", flat=True)
        )
        contacts = Identity.objects.filter(kind__in=kinds).values_list("contact", flat=True)
        rows: list[tuple[Any, ...]] = []
        for pk in sorted(set(contacts) - known):
            chance = random.Random(f"{SEED} {channel} {pk}")  # the same answer whenever they are asked
            if chance.random() < share:
                at = bulk.stored(now - dt.timedelta(days=chance.randint(375, 420)))
                who = by.pk if by else None
                rows.append(
                    (pk, channel, "offers", "granted", at, who, "said so at the counter", NOTICE, True)
                )
        bulk.insert(Consent, names, rows)
        made += len(rows)
    return made


@transaction.atomic
def tell(plan: Plan, by: User | None) -> int:
    """One campaign of the past, unless it is told already. Returns how many messages it has."""
    if by is None or Campaign.objects.filter(name=plan.name, dispatch__isnull=False).exists():
        return 0
    chance = random.Random(f"{SEED} {plan.name}")
    lot, arranged = notes()
    day = launch_day(plan, business.today())
    return simulate(plan, day, chance, by=by, note=lot, tilted=arranged)


@transaction.atomic
def begin_draft(by: User | None) -> int:
    """A draft to customers whose next order is due. Returns to how many."""
    name = _("Time for the next order")
    if by is None or Campaign.objects.filter(name=name).exists():
        return 0
    due = CustomerFigures.objects.filter(due_on__lte=business.today(), orders__gte=3).order_by("-net")
    late = list(due.values_list("pk", flat=True)[:400])
    shop = business.required()
    letter = Letter.objects.create(
        name=name,
        kind=LetterKind.CAMPAIGN,
        document=quick.document(DUE),
        default_language=shop.language,
        by=by,
    )
    draft = Campaign.objects.create(
        name=name,
        letter=letter,
        default_language=shop.language,
        attribution_days=shop.attribution_days,
        by=by,
    )
    AudiencePart.objects.create(campaign=draft)
    Chosen.objects.bulk_create([Chosen(campaign=draft, customer_id=pk) for pk in late], batch_size=1_000)
    audit.record("marketing.demo.told", draft, by=by, campaigns=len(PLANS))
    return len(late)


def count_all(by: User | None) -> int:
    """Count the figures of what was told, so that the first look at them waits for nothing. Returns how many."""
    found = Campaign.objects.filter(dispatch__isnull=False, counted=None).select_related("dispatch")
    return len([count(campaign) for campaign in found])


__all__ = ["PROVIDER", "steps", "tell_story"]
