"""The demo's shop, its branches and the people who work there; all invented, none of them can be logged in
as with a password."""

from __future__ import annotations

from dataclasses import dataclass

from grahak.core.models import Branch, Business, Grouping, Role, User

SHOP = {
    "name": "Kapasi Gift Traders",
    "currency": "INR",
    "grouping": Grouping.INDIAN,
    "time_zone": "Asia/Kolkata",
    "fiscal_month": 4,
    "language": "en",
    "country": "IN",
    "address": "12 Soni Bazaar\nRajkot 360001, Gujarat",
}
BRANCHES = {
    "Rajkot": "12 Soni Bazaar, Rajkot 360001",
    "Surat": "Shop 8, Ring Road Market, Surat 395002",
    "Mumbai": "Gala 31, Crawford Market, Mumbai 400001",
}


@dataclass(frozen=True)
class Part:
    name: str
    role: Role
    branch: str
    language: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@kapasi.example"


PEOPLE = (
    Part("Amina Kapasi", Role.OWNER, "Rajkot"),
    Part("Hasan Merchant", Role.MANAGER, "Rajkot"),
    Part("Bilal Shaikh", Role.SALESMAN, "Rajkot"),
    Part("Chirag Dave", Role.SALESMAN, "Surat"),
    Part("Farhan Memon", Role.SALESMAN, "Mumbai"),
    Part("Nadia Qureshi", Role.MARKETER, "Rajkot"),
    Part("Jyoti Trivedi", Role.AGENT, "Rajkot"),
    Part("Devang Shah", Role.ANALYST, "Rajkot"),
    Part("Ravi Solanki", Role.COUNTER, "Surat"),
)
# Each branch's share of the customers in percent, and its salesman: wholesale buyers are in his charge.
SHARES = (("Rajkot", 50), ("Surat", 32), ("Mumbai", 18))
SALESMAN = {"Rajkot": "Bilal Shaikh", "Surat": "Chirag Dave", "Mumbai": "Farhan Memon"}


def set_up_cast() -> tuple[Business, User]:
    """Make the shop, its branches and its people; gives the shop and its owner. In the caller's
    transaction."""
    shop = Business.objects.create(pk=1, is_demo=True, **SHOP)
    branches = {name: Branch.objects.create(name=name, address=where) for name, where in BRANCHES.items()}
    people = [
        User.objects.create_user(
            part.email,
            None,
            name=part.name,
            role=part.role,
            branch=branches[part.branch],
            language=part.language,
        )
        for part in PEOPLE
    ]
    return shop, people[0]
