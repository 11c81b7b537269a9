"""Gives leads to colleagues: by hand, or by the rules in their order, with a line that says which rule it was. Turns
are fair: whoever has waited longest is next, closed log-ins are passed over, and two workers never use one turn twice
(the rules are locked until the giving is committed)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from grahak.core import audit
from grahak.core.access import scope_of
from grahak.core.events import announce
from grahak.core.models import Team, User
from grahak.customers.actions.timeline import tell_all
from grahak.customers.leads.rules import Facts, facts_of, holds
from grahak.customers.models import Activity, Customer, Lead, LeadGiven, LeadRule, RuleGives, RuleTurn

KIND = "customers.lead.given"
STEP = 500
FEW = 50  # more at once are one line in the log; who got which stands in LeadGiven


@dataclass(frozen=True)
class Gift:
    """What a lead is given: an owner, a team or both, and the branch it belongs to from now on (None: as it was)."""

    owner: User | None = None
    team: Team | None = None
    branch_id: int | None = None
    rule: LeadRule | None = None


@dataclass
class Dealer:
    """The rules in use with everything they need, for one lead or thousands: five queries. `deal` takes a turn in
    memory; `keep` writes the turns. Within a transaction with LOCKED no other worker deals at the same time."""

    locked: bool = False
    rules: list[LeadRule] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    turns: dict[tuple[int, int], RuleTurn] = field(default_factory=dict)
    taken: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = LeadRule.objects.filter(is_active=True)
        found = found.select_for_update(no_key=True) if self.locked else found
        self.rules = list(found)
        if not self.rules:
            return
        active = User.objects.filter(is_active=True).select_related("team").order_by("pk")
        self.people = [one for one in active if one.can("leads.edit")]
        known = RuleTurn.objects.filter(rule__in=self.rules)
        self.turns = {(one.rule_id, one.person_id): one for one in known}
        self.teams = Team.objects.in_bulk([one.team_id for one in self.rules if one.team_id])

    def deal(self, facts: Facts) -> Gift | None:
        """What the first rule that can gives to such a lead; None where none does."""
        for rule in self.rules:
            if holds(rule.conditions, facts):
                gift = self._gift(rule, facts)
                if gift is not None:
                    return gift
        return None

    def _gift(self, rule: LeadRule, facts: Facts) -> Gift | None:
        """What a rule gives; None where its people have all left."""
        team = self.teams.get(rule.team_id) if rule.team_id else None
        match rule.gives:
            case RuleGives.PERSON:
                person = next((one for one in self.people if one.pk == rule.person_id), None)
                return Gift(person, team, None, rule) if person else None
            case RuleGives.TEAM:
                return Gift(None, team, None, rule) if team and not team.archived_at else None
            case RuleGives.TURNS:
                next_one = self._next(rule, [one for one in self.people if one.team_id == rule.team_id])
                return Gift(next_one, team, None, rule) if next_one and team else None
        branch = rule.branch_id or (int(facts.branch) if facts.branch else None)
        there = [one for one in self.people if branch and one.branch_id == branch]
        # whoever hands leads out does not stand in the row, unless nobody else does
        next_one = self._next(rule, [one for one in there if not one.can("leads.give")] or there)
        return Gift(next_one, team, branch, rule) if next_one else None

    def _next(self, rule: LeadRule, people: Sequence[User]) -> User | None:
        """Whose turn it is: who was given one longest ago; who never was comes first."""
        if not people:
            return None
        person = min(people, key=lambda one: (self._turn(rule, one).last, one.pk))
        turn = self._turn(rule, person)
        rule.turn += 1
        turn.last, turn.given = rule.turn, turn.given + 1
        self.taken.add((rule.pk, person.pk))
        return person

    def _turn(self, rule: LeadRule, person: User) -> RuleTurn:
        return self.turns.setdefault((rule.pk, person.pk), RuleTurn(rule=rule, person=person))

    def keep(self) -> None:
        """Write the turns that were taken."""
        turned = [self.turns[key] for key in sorted(self.taken)]
        if not turned:
            return
        RuleTurn.objects.bulk_create(
            turned, update_conflicts=True, unique_fields=["rule", "person"], update_fields=["given", "last"]
        )
        LeadRule.objects.bulk_update([one for one in self.rules if one.turn], ["turn"])
        self.taken.clear()


def deal_out(ids: Iterable[int], *, by: User | None = None) -> int:
    """Give those of these open leads that nobody has to whom the rules say. Returns how many were given."""
    given = 0
    asked = list(ids)
    for start in range(0, len(asked), STEP):
        with transaction.atomic():
            dealer = Dealer(locked=True)
            if not dealer.rules:
                return given
            rows = _nobodys(asked[start : start + STEP])
            facts = facts_of(rows)
            gifts = [(row, gift) for row in rows if (gift := dealer.deal(facts[row.pk]))]
            _write(gifts, by)
            dealer.keep()
        given += len(gifts)
    return given


def _nobodys(ids: Sequence[int]) -> list[Lead]:
    rows = Lead.objects.waiting().filter(pk__in=ids, customer__owner=None, customer__archived_at=None)
    return list(rows.select_related("customer", "source").order_by("captured_at", "pk"))


def try_out(leads: Iterable[Lead]) -> list[tuple[Lead, Gift | None]]:
    """To whom the rules would give these leads now; nothing is written and no turn is used."""
    rows = list(leads)
    dealer, facts = Dealer(), facts_of(rows)
    return [(row, dealer.deal(facts[row.pk])) for row in rows]


@transaction.atomic
def give(leads: Iterable[Lead], owner: User | None, team: Team | None, *, by: User | None) -> int:
    """Give leads to a colleague, a team, both or (None and None) nobody, by hand or as a form says.
    Returns how many were given."""
    ids = [lead.pk for lead in leads]
    rows = Lead.objects.filter(pk__in=ids).select_related("customer").order_by("pk")
    found = [
        (row, Gift(owner, team))
        for row in rows
        if row.customer.owner_id != (owner.pk if owner else None)
        or (team and row.customer.team_id != team.pk)
    ]
    _write(found, by)
    return len(found)


def _write(gifts: list[tuple[Lead, Gift]], by: User | None) -> None:
    """Owner, team and branch of the customers, who gave it and by which rule, a line in the day book."""
    now = timezone.now()
    changed: list[Customer] = []
    for lead, gift in gifts:
        customer = lead.customer
        customer.owner, customer.updated_at = gift.owner, now
        if gift.team is not None or gift.owner is None:
            customer.team = gift.team
        branch = gift.branch_id or _branch_to_be_seen(customer, gift.owner)
        if branch:
            customer.branch_id = branch
        changed.append(customer)
    Customer.objects.bulk_update(changed, ["owner", "team", "branch", "updated_at"], batch_size=STEP)
    given = LeadGiven.objects.bulk_create(
        LeadGiven(
            lead=lead, rule=gift.rule, rule_name=gift.rule.name if gift.rule else "", owner=gift.owner,
            team=gift.team, at=now, by=by,
        )
        for lead, gift in gifts
    )  # fmt: skip
    tell_all(_line(lead, gift, row) for (lead, gift), row in zip(gifts, given, strict=True))
    if len(gifts) > FEW:
        audit.record(KIND, None, by=by, leads=len(gifts))
    for lead, gift in gifts if len(gifts) <= FEW else ():
        audit.record(KIND, lead.customer, by=by, **_told(lead, gift))
    if changed:
        announce("customers.changed", customer_ids=[one.pk for one in changed])


def _branch_to_be_seen(customer: Customer, owner: User | None) -> int | None:
    """The owner's branch, where they see no more than that and the customer is of another: nobody is in charge of
    somebody they can't see."""
    if owner is None or not owner.branch_id or customer.branch_id in (None, owner.branch_id):
        return None
    return owner.branch_id if scope_of(owner, "customers.view") == "branch" else None


def _told(lead: Lead, gift: Gift) -> dict[str, Any]:
    return {
        "lead": lead.pk,
        "owner": gift.owner.name if gift.owner else "",
        "team": gift.team.name if gift.team else "",
        "rule": gift.rule.name if gift.rule else "",
    }


def _line(lead: Lead, gift: Gift, row: LeadGiven) -> Activity:
    return Activity(
        customer_id=lead.customer_id, at=row.at, kind=KIND, group="tasks", by=row.by, subject="given",
        subject_id=row.pk, facts=_told(lead, gift),
    )  # fmt: skip
