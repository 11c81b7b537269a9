"""Forms' part of the demo story: a sign-up form on the counter, an enquiry form on the web site, what came in by them
(invented, and said so), and short links."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core.models import User
from grahak.customers.models import Contact
from grahak.marketing import shortlinks
from grahak.marketing.forms_public import making
from grahak.marketing.forms_public.limits import address_hash
from grahak.marketing.forms_public.questions import notice
from grahak.marketing.models import Form, FormKind, ShortLinkClick, Submission, SubmissionState

SEED: Final = 20_261_125
TITLES: Final = {
    "en": "Offers on your phone",
    "ur": "پیشکشیں آپ کے فون پر",
    "hi": "ऑफ़र आपके फ़ोन पर",
    "gu": "ઑફર તમારા ફોન પર",
}
QUESTIONS: Final = (
    "Do you have ten metres of georgette in dark green?",
    "کیا عید سے پہلے سوتی کپڑا آئے گا؟",
    "थोक में कितने का पड़ेगा?",
    "શું તમે સુરત સુધી મોકલો છો?",
)


@transaction.atomic
def tell(by: User | None) -> int:
    """Two forms, two short links, and what came of them; nothing where they are there already. Gives how many
    submissions."""
    if by is None or Form.objects.exists():
        return 0
    chance = random.Random(SEED)
    sign_up = making.begin(FormKind.SIGN_UP, by=by)
    texts = {code: {"title": title} for code, title in TITLES.items()}
    sign_up = making.change(
        sign_up, by=by, name=_("Card on the counter (made up)"), texts=texts, tags=["Counter"]
    )
    enquiry = making.begin(FormKind.ENQUIRY, by=by)
    enquiry = making.change(enquiry, by=by, name=_("Question on the web site (made up)"))
    many = _came_in(sign_up, chance, 48) + _came_in(enquiry, chance, 9)
    _links(by, chance)
    return many


def _came_in(form: Form, chance: random.Random, many: int) -> int:
    """Customers of the shop as if they had come by the form; their consents are not touched."""
    contacts = list(
        Contact.objects.filter(customer__archived_at=None).select_related("customer").order_by("pk")[:400]
    )
    now = timezone.now()
    rows = []
    for contact in chance.sample(contacts, min(many, len(contacts))):
        at = now - dt.timedelta(days=chance.uniform(1, 80))
        email = f"{contact.pk}@mail.example"
        answers = {"name": contact.name, "email": email}
        done = chance.random() < 0.72
        if form.kind == FormKind.ENQUIRY:
            answers, done = {"name": contact.name, "message": chance.choice(QUESTIONS)}, True
        rows.append(
            Submission(
                form=form,
                answers=answers,
                language=contact.language or "en",
                address_hash=address_hash(email),
                state=SubmissionState.DONE if done else SubmissionState.WAITING,
                consents={"email": notice(form, "en", "email")} if form.channels else {},
                source="counter" if form.kind == FormKind.SIGN_UP else "embedded",
                customer=contact.customer if done else None,
                contact=contact if done else None,
                at=at,
                asked_at=at if form.channels else None,
                confirmed_at=at + dt.timedelta(minutes=9) if done and form.channels else None,
            )
        )
    spam = {"name": "Best SEO www.rank.example", "email": "x@rank.example"}
    rows.append(Submission(form=form, answers=spam, state=SubmissionState.SPAM, why="links", at=now))
    Submission.objects.bulk_create(sorted(rows, key=lambda one: one.at))
    Form.objects.filter(pk=form.pk).update(seen=len(rows) * 3 + chance.randrange(20))
    return len(rows)


def _links(by: User, chance: random.Random) -> None:
    now = timezone.now()
    for name, url, most in (
        (_("Poster at the door (made up)"), "https://shop.example/eid", 240),
        (_("Bill of November (made up)"), "https://shop.example/reorder", 70),
    ):
        link = shortlinks.begin(by=by, name=name, url=url, utm={"source": "shop", "medium": "qr"})
        clicks = [
            ShortLinkClick(
                link=link,
                at=now - dt.timedelta(days=chance.betavariate(1, 3) * 29),
                bot=chance.random() < 0.12,
                source="qr" if chance.random() < 0.8 else "",
            )
            for _n in range(most)
        ]
        ShortLinkClick.objects.bulk_create(sorted(clicks, key=lambda one: one.at))
        bots = sum(one.bot for one in clicks)
        type(link).objects.filter(pk=link.pk).update(
            people=most - bots, machines=bots, last_at=max(one.at for one in clicks)
        )
