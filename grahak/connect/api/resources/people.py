"""The people at customers, and the ways to recognise them."""

from __future__ import annotations

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grahak.connect.api import rights
from grahak.connect.api.fields import BOOL, ID, MOMENT, TEXT, TEXTS, Field, Narrow, choice
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import LANGUAGE, SUBJECT
from grahak.customers import actions
from grahak.customers.field_rights import field_of_identity
from grahak.customers.models import Contact, Identity
from grahak.customers.models.customer import IdentityKind


def _contact_rows(principal: Principal, action: str) -> QuerySet[Contact]:
    return reach.of_customers(Contact.objects.order_by(), principal, action)


def _add_contact(principal: Principal, values: Record) -> int:
    customer = reach.customer_named(principal, values.pop("customer"))
    reach.still_seen(reach.customers(principal, "customers.edit"), customer.pk)
    return actions.add_contact(customer, by=None, **values).pk


@transaction.atomic
def _change_contact(_principal: Principal, contact: Contact, values: Record) -> None:
    primary = values.pop("is_primary", None)
    actions.edit_contact(contact, by=None, **values)
    if primary:
        actions.make_primary(contact, by=None)
    elif primary is False and contact.is_primary:
        raise ValidationError({"is_primary": _("Make another contact the main one instead.")})


def _remove_contact(_principal: Principal, contact: Contact) -> None:
    actions.remove_contact(contact, by=None)


def _fill_contacts(records: list[Record], wanted: frozenset[str], _principal: Principal) -> None:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    ids = [record["_pk"] for record in records]
    known = Identity.objects.filter(contact__in=ids, kind__in=("phone", "email", "whatsapp")).order_by("pk")
    for pk, kind, value in known.values_list("contact_id", "kind", "value"):
        found[pk, kind].append(value)
    for record in records:
        for name, kind in (("phones", "phone"), ("emails", "email")):
            if name in wanted:
                record[name] = found.get((record["_pk"], kind), [])
        if "whatsapp" in wanted:
            record["whatsapp"] = next(iter(found.get((record["_pk"], "whatsapp"), [])), "")


CONTACTS = Resource(
    name="contacts",
    noun="contact",
    subject="customers.contact",
    says="The people at customers; a person-customer is its own first contact.",
    view="customers.view",
    edit="customers.edit",
    rows=_contact_rows,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", required=True),
        Field("name", TEXT, write="both", required=True, length=200),
        Field("role", TEXT, write="both", length=80),
        Field("language", LANGUAGE, write="both"),
        Field("is_primary", BOOL, write="change"),
        Field("phones", TEXTS, "", write="add", column="phone", subject=SUBJECT),
        Field("emails", TEXTS, "", write="add", column="email", subject=SUBJECT),
        Field("whatsapp", TEXT, "", write="add", length=254, column="phone", subject=SUBJECT),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("created_after", MOMENT, "created_at__gt", "created_at"),
    ),
    fill=_fill_contacts,
    fill_needs=("pk",),
    add=_add_contact,
    change=_change_contact,
    remove=_remove_contact,
)


def _identity_rows(principal: Principal, action: str) -> QuerySet[Identity]:
    """Those of customers it sees, of the kinds that its role may see; to change one, that it may change."""
    rows = Identity.objects.order_by()
    shut = rights.is_hidden if action == "customers.view" else rights.is_locked
    closed = [kind for kind in IdentityKind.values if shut(principal, SUBJECT, field_of_identity(kind))]
    if closed:
        rows = rows.exclude(kind__in=closed)
    return reach.of_customers(rows, principal, action, "contact__customer")


def _add_identity(principal: Principal, values: Record) -> int:
    contact = _contact_rows(principal, "customers.edit").filter(pk=values["contact"]).first()
    if contact is None:
        raise ValidationError({"contact": _("There is none of this number.")})
    if rights.is_locked(principal, SUBJECT, field_of_identity(values["kind"])):
        raise ValidationError({"kind": _("The key's role may not change this field.")})
    try:
        return actions.add_identity(contact, values["kind"], values["value"], by=None).pk
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            raise
        raise ValidationError({"value": error.messages}) from None


def _remove_identity(_principal: Principal, identity: Identity) -> None:
    actions.remove_identity(identity, by=None)


IDENTITIES = Resource(
    name="identities",
    noun="identity",
    subject="customers.identity",
    says="Phones, e-mails, cards and accounts by which a contact is recognised.",
    view="customers.view",
    edit="customers.edit",
    rows=_identity_rows,
    fields=(
        Field("id", ID, "pk"),
        Field("contact", ID, "contact_id", write="add", required=True),
        Field("customer", ID, "contact__customer_id"),
        Field("kind", choice(list(IdentityKind.values)), write="add", required=True),
        Field(
            "value", TEXT, write="add", required=True, length=254, says="Normal form; written in any form."
        ),
        Field("shown", TEXT),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("contact", ID, "contact_id"),
        Narrow("customer", ID, "contact__customer_id", moved=reach.kept),
        Narrow("kind", choice(list(IdentityKind.values)), "kind"),
        Narrow("value", TEXT, "value"),
    ),
    add=_add_identity,
    remove=_remove_identity,
)
