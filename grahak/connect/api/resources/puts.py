"""Customers written under the numbers of another system: one, or many in one go."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import add, change, own_values, write_tags
from grahak.core.access import scope_of
from grahak.core.models import Branch, User
from grahak.customers import actions, custom
from grahak.customers.actions import many
from grahak.customers.models import Customer, CustomerTag, ExternalRef

Results = dict[int, "tuple[int, bool] | ValidationError"]
REACH = ("phones", "emails", "whatsapp")


@transaction.atomic
def put(principal: Principal, values: Record) -> tuple[int, bool]:
    """Make the customer of a reference (the only one in VALUES), or change it; (number, whether it is new). Phones and
    e-mails are added to those known, tags are replaced where they are given. A customer that the principal may not
    change is as if it were another's: ValidationError."""
    source, external_id = values["refs"][0]
    known = ExternalRef.objects.filter(source=source, external_id=external_id).values_list(
        "customer_id", flat=True
    )
    pk = known.first()
    if pk is None:
        return add(principal, values, source=source), True
    customer = reach.customers(principal, "customers.edit").filter(pk=pk).first()
    if customer is None:
        raise ValidationError({"external_id": _("Another customer has this number already.")})
    found = {name: value for name, value in values.items() if name not in ("refs", "contact_name")}
    reachable = {name: found.pop(name) for name in ("phones", "emails", "whatsapp") if name in found}
    change(principal, customer, found)
    if any(reachable.values()):
        actions.reach_by(customer, by=None, **reachable)
    return customer.pk, False


def put_many(principal: Principal, items: dict[int, Record]) -> Results:
    """`put` for each, whatever becomes of the others: what came of each by its number. Where the key reaches every
    customer and no reference stands twice, all go to the database together."""
    twice = {
        ref for ref, many_ in Counter(values["refs"][0] for values in items.values()).items() if many_ > 1
    }
    together = {number: values for number, values in items.items() if values["refs"][0] not in twice}
    results: Results = {}
    if scope_of(principal, "customers.edit") == "all" and scope_of(principal, "customers.view") == "all":
        try:
            with transaction.atomic():
                results = _Together(principal).put(together)
        except IntegrityError:  # somebody else wrote one of these numbers at the same moment
            results = {}
    for number, values in items.items():
        if number in results:
            continue
        try:
            results[number] = put(principal, values)
        except ValidationError as error:
            results[number] = error
    return results


class _Together:
    """Items of one piece, each checked first, then written with the others."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.results: Results = {}

    def put(self, items: dict[int, Record]) -> Results:
        known = self._known(items)
        places = self._places(items)
        drafts: dict[int, tuple[many.Draft, Record]] = {}
        edits: dict[int, tuple[many.Edit, Record]] = {}
        for number, values in items.items():
            try:
                found = self._placed(values, places, adding=values["refs"][0] not in known)
                own = own_values(self.principal, found.pop("own", None) or {})
                for code, value in own.items():
                    _checked_own(code, value)
                rest = {"own": own, "tags": found.get("tags"), "ref": values["refs"][0]}
                found.pop("refs")
                customer = known.get(values["refs"][0])
                if customer is None:
                    source = values["refs"][0][0]
                    drafts[number] = many.checked(many.Draft(found), by=None, source=source), rest
                else:
                    edits[number] = self._edit(customer, found), rest
            except ValidationError as error:
                self.results[number] = error
        self._add(drafts)
        self._change(edits)
        return self.results

    def _known(self, items: dict[int, Record]) -> dict[tuple[str, str], Customer]:
        """The customers that bear these references, locked, each once."""
        wanted = Q(pk__in=())
        by_source: dict[str, list[str]] = {}
        for values in items.values():
            source, external_id = values["refs"][0]
            by_source.setdefault(source, []).append(external_id)
        for source, ids in by_source.items():
            wanted |= Q(source=source, external_id__in=ids)
        refs = {
            (source, external_id): pk
            for source, external_id, pk in ExternalRef.objects.filter(wanted).values_list(
                "source", "external_id", "customer_id"
            )
        }
        rows = Customer.objects.select_for_update(of=("self",)).in_bulk(sorted(set(refs.values())))
        return {ref: rows[pk] for ref, pk in refs.items()}

    def _places(self, items: dict[int, Record]) -> dict[str, dict[int, Any]]:
        branches = {values["branch"] for values in items.values() if values.get("branch")}
        owners = {values["owner"] for values in items.values() if values.get("owner")}
        if self.principal.branch_id:
            branches.add(self.principal.branch_id)
        return {
            "branch": Branch.objects.in_bulk(branches) if branches else {},
            "owner": User.objects.filter(is_active=True).in_bulk(owners) if owners else {},
        }

    def _placed(self, values: Record, places: dict[str, dict[int, Any]], *, adding: bool) -> Record:
        found = dict(values)
        if adding and "branch" not in found and self.principal.branch_id:
            found["branch"] = self.principal.branch_id
        for name, rows in places.items():
            if found.get(name) is not None:
                if found[name] not in rows:
                    raise ValidationError({name: _("There is none of this number.")})
                found[name] = rows[found[name]]
        return found

    def _edit(self, customer: Customer, found: Record) -> many.Edit:
        reached = {name: found.pop(name) for name in REACH if name in found}
        fields = {name: value for name, value in found.items() if name not in ("tags", "contact_name")}
        return many.checked_edit(many.Edit(customer, fields, many.read_identities(**reached)))

    def _add(self, drafts: dict[int, tuple[many.Draft, Record]]) -> None:
        by_source: dict[str, list[int]] = {}
        for number, (_draft, rest) in drafts.items():
            by_source.setdefault(rest["ref"][0], []).append(number)
        for source, numbers in by_source.items():
            made = many.add_customers([drafts[number][0] for number in numbers], by=None, source=source)
            ExternalRef.objects.bulk_create(
                ExternalRef(customer=one, source=source, external_id=drafts[number][1]["ref"][1])
                for number, one in zip(numbers, made, strict=True)
            )
            for number, one in zip(numbers, made, strict=True):
                if drafts[number][1]["own"]:
                    actions.set_own(one, drafts[number][1]["own"], by=None)
                self.results[number] = (one.pk, True)

    def _change(self, edits: dict[int, tuple[many.Edit, Record]]) -> None:
        many.edit_customers([edit for edit, _rest in edits.values()], by=None)
        tagged = [edit.customer.pk for edit, rest in edits.values() if rest["tags"] is not None]
        have: dict[int, set[str]] = {}
        if tagged:
            links = CustomerTag.objects.filter(customer__in=tagged).values_list("customer_id", "tag__name")
            for pk, name in links:
                have.setdefault(pk, set()).add(name.casefold())
        for number, (edit, rest) in edits.items():
            wanted = rest["tags"]
            if wanted is not None and {one.casefold() for one in wanted} != have.get(edit.customer.pk, set()):
                write_tags(edit.customer, wanted)
            if rest["own"]:
                actions.set_own(edit.customer, rest["own"], by=None)
            self.results[number] = (edit.customer.pk, False)


def _checked_own(code: str, value: Any) -> None:
    field = next(one for one in custom.fields() if one.code == code)
    try:
        custom.cleaned(field, value)
    except ValidationError as error:
        raise ValidationError({f"own.{code}": error.messages}) from None
