"""The demo's second records: some customers who were written down twice, one pair merged, one told apart."""

from __future__ import annotations

from django.db import transaction

from grahak.core.models import User
from grahak.customers.actions import add_customer, write_note
from grahak.customers.duplicates import changed
from grahak.customers.duplicates.pairs import not_the_same
from grahak.customers.merging import merge_customers
from grahak.customers.models import Customer, DuplicatePair, Identity, Merge, PairState

HOW_MANY, LEAST = 7, 100
# One name in four scripts, four shops in four towns: what the search box is for.
NAMESAKES = (
    ("Iqbal Traders", "Ahmedabad"),
    ("محمد اقبال ٹریڈرز", "Surat"),
    ("इक़बाल ट्रेडर्स", "Rajkot"),
    ("ઇકબાલ ટ્રેડર્સ", "Bhavnagar"),
)
NOTE = "Came by on market day, wants the new rate list."


@transaction.atomic
def tell_duplicates(*, by: User | None, known: list[Customer]) -> int:
    """Write some of KNOWN down a second time, as counters do: in another script or misspelt, with the same phone or
    without. Returns how many; none in a shop too small for a story, or where it was told."""
    if len(known) < LEAST or Merge.objects.exists():
        return 0
    made: list[tuple[Customer, Customer]] = []
    for place, one in enumerate(known[5 : 5 + HOW_MANY * 3 : 3]):
        phone = Identity.objects.filter(contact__customer=one, kind="phone").order_by("pk").first()
        twin = add_customer(
            by=by,
            name=next(iter((one.other_names or {}).values()), "") or _slip(one.name),
            kind=one.kind,
            phones=[phone.value] if phone is not None and place % 3 != 2 else [],
            city=one.city,
            region=one.region,
            country=one.country,
            branch=one.branch,
        )
        write_note(twin, NOTE, by=by)
        made.append((one, twin))
    changed.some([twin.pk for _one, twin in made])
    merge_customers(*made[0], by=by, agreed=True)
    low, high = sorted((made[1][0].pk, made[1][1].pk))
    if DuplicatePair.objects.filter(low=low, high=high, state=PairState.OPEN).exists():
        not_the_same(*made[1], by=by)
    return len(made)


def tell_namesakes(*, by: User | None, known: list[Customer]) -> int:
    """Four shops that "iqbal tradrs" finds, each written in another script, in the branch of the first of KNOWN.
    Returns how many were added."""
    if not known:
        return 0
    there = set(
        Customer.objects.filter(name__in=[name for name, _city in NAMESAKES]).values_list("name", flat=True)
    )
    beside = known[0]
    for name, city in NAMESAKES:
        if name not in there:
            add_customer(
                by=by,
                name=name,
                kind="business",
                city=city,
                region="Gujarat",
                country="IN",
                branch=beside.branch,
            )
    return len(NAMESAKES) - len(there)


def _slip(name: str) -> str:
    """The name as it is heard: a double letter single, or a single one double."""
    for at in range(1, len(name) - 1):
        if name[at] == name[at + 1] and name[at].isalpha():
            return name[:at] + name[at + 1 :]
    return f"{name[:2]}{name[1:]}" if len(name) > 2 else name
