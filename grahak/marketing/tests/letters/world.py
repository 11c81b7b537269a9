"""A letter, a person it is for, and what it then says."""

from grahak.marketing.letters.compile import compiled
from grahak.marketing.letters.document import parsed
from grahak.marketing.models import Letter
from grahak.marketing.words.mail import Addresses, say
from grahak.marketing.words.people import Amount, Person

WHERE = Addresses(
    link=lambda url: f"https://crm.example/r/{url.rpartition('/')[2]}",
    stop="https://crm.example/u/1.x",
    preferences="https://crm.example/me/m1.x",
)


def letter(*blocks, languages=("en",), subject="Hello", own="en", **more) -> Letter:
    words = subject if isinstance(subject, dict) else {own: subject}
    data = {"languages": list(languages), "subject": words, "blocks": list(blocks), **more}
    return Letter(name="Spring", document=parsed(data).as_json(), default_language=own)


def person(name="Ayesha Khan", city="Surat") -> Person:
    values = {
        "contact": {"name": name, "first_name": name.split()[0] if name else ""},
        "customer": {"name": name, "city": city, "area": ""},
        "shop": {"name": "Kapasi", "address": ""},
        "figures": {"orders": 3, "balance": Amount("1500")},
    }
    return Person(1, 1, name, values)


def said(found: Letter, language="en", who=None, **more):
    return say(compiled(found, language), who or person(), WHERE, message_id=1, sender_name="Kapasi", **more)
