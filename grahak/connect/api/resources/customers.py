"""Customers, the people at them, and the ways to recognise these."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from grahak.connect.api import rights
from grahak.connect.api.fields import (
    BOOL,
    DAY,
    ID,
    INT,
    MOMENT,
    MONEY,
    NAMES,
    OBJECT,
    TEXT,
    TEXTS,
    Field,
    Narrow,
    Wrong,
    choice,
    objects,
)
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.core.parsing import Unreadable, clean_email, parse_phone
from grahak.customers import actions, custom
from grahak.customers.actions.contacts import regions
from grahak.customers.models import (
    Contact,
    Customer,
    CustomerTag,
    CustomKind,
    ExternalRef,
    Identity,
    Kind,
    Lifecycle,
    Tag,
)
from grahak.customers.text import one_line

SUBJECT = "customers.customer"
KIND = choice(list(Kind.values))
LANGUAGE = choice(["", "en", "ur", "hi", "gu"])
REF_SCHEMA = {
    "type": "object",
    "properties": {
        "source": {"type": "string", "minLength": 1, "maxLength": 40},
        "external_id": {"type": "string", "minLength": 1, "maxLength": 120},
    },
    "required": ["source", "external_id"],
    "additionalProperties": False,
}


def _ref(value: dict[str, Any]) -> tuple[str, str]:
    if set(value) != {"source", "external_id"}:
        raise Wrong(_("A reference has a source and an external_id."))
    return ref_of(value["source"], value["external_id"])


def ref_of(source: Any, external_id: Any) -> tuple[str, str]:
    """What another system calls a customer, as it is kept. Raises Wrong."""
    told = one_line(TEXT.take(source)), one_line(TEXT.take(external_id))
    if not told[0] or len(told[0]) > 40 or not told[1] or len(told[1]) > 120:
        raise Wrong(_("The source has 1 to 40 characters, the number there 1 to 120."))
    return told


FIELDS = (
    Field("id", ID, "pk"),
    Field("name", TEXT, write="both", required=True, length=200),
    Field("kind", KIND, write="both", says="A person, or a shop or firm."),
    Field("lifecycle", choice(list(Lifecycle.values)), says="lead → prospect → customer → lapsed"),
    Field(
        "other_names", NAMES, write="both", says="The name in other scripts, by language (en, ur, hi, gu)."
    ),
    Field("language", LANGUAGE, write="both"),
    Field("branch", ID, "branch_id", write="both", nullable=True),
    Field("owner", ID, "owner_id", write="both", nullable=True, says="The colleague in charge."),
    Field("team", ID, "team_id", nullable=True),
    Field("referred_by", ID, "referred_by_id", nullable=True),
    Field("tax_id", TEXT, write="both", length=32),
    Field("address", TEXT, write="both", length=2000),
    Field("area", TEXT, write="both", length=120),
    Field("city", TEXT, write="both", length=80),
    Field("region", TEXT, write="both", length=80),
    Field("postcode", TEXT, write="both", length=12),
    Field("country", TEXT, write="both", length=2, says="ISO 3166-1, two letters."),
    Field("credit_limit", MONEY, write="both", nullable=True),
    Field("credit_days", INT, write="both", nullable=True),
    Field("balance", MONEY, "figures__balance", nullable=True, says="What they owe now (read only)."),
    Field("since", DAY, write="both", nullable=True),
    Field("source", TEXT),
    Field(
        "phones",
        TEXTS,
        "",
        write="add",
        column="phone",
        says="Of all contacts, the main one's first, in E.164.",
    ),
    Field("emails", TEXTS, "", write="add", column="email"),
    Field("whatsapp", TEXT, "", write="add", length=254, column="phone"),
    Field("contact_name", TEXT, "", write="add", length=200, usual=False),
    Field("tags", TEXTS, "", write="both", says="Written, the list replaces the tags."),
    Field(
        "own", OBJECT, "", write="both", says="The shop's own fields by their codes; null takes a value away."
    ),
    Field(
        "refs",
        objects(REF_SCHEMA, _ref, 20),
        "",
        write="add",
        says="What other systems call this customer.",
    ),
    Field("merged_into", ID, "merged_into_id", nullable=True),
    Field("created_at", MOMENT),
    Field("updated_at", MOMENT),
    Field("archived_at", MOMENT, nullable=True),
)


def _rows(principal: Principal, action: str) -> QuerySet[Customer]:
    return reach.customers(principal, action)


# -- filters ------------------------------------------------------------------------------------------------------


def _tagged(rows: Any, name: str) -> Any:
    return rows.filter(Exists(CustomerTag.objects.filter(tag__name__iexact=name, customer=OuterRef("pk"))))


def _known_by(kinds: tuple[str, ...], value: str, rows: Any) -> Any:
    known = Identity.objects.filter(kind__in=kinds, value=value).values("contact__customer_id")
    return rows.filter(pk__in=known)


def _by_phone(rows: Any, typed: str) -> Any:
    try:
        value = parse_phone(typed, regions()).e164 or "".join(filter(str.isdecimal, typed))
    except Unreadable as error:
        raise Wrong(str(error)) from None
    return _known_by(("phone", "whatsapp"), value, rows)


def _by_email(rows: Any, typed: str) -> Any:
    try:
        return _known_by(("email",), clean_email(typed), rows)
    except Unreadable as error:
        raise Wrong(str(error)) from None


def _by_ref(rows: Any, text: str) -> Any:
    source, _colon, external_id = text.partition(":")
    return rows.filter(refs__source=source, refs__external_id=external_id)


def _archived(rows: Any, value: bool) -> Any:
    return rows.filter(archived_at__isnull=not value)


FILTERS = (
    Narrow("city", TEXT, "city"),
    Narrow("country", TEXT, "country"),
    Narrow("kind", KIND, "kind"),
    Narrow("lifecycle", choice(list(Lifecycle.values)), "lifecycle"),
    Narrow("language", LANGUAGE, "language"),
    Narrow("branch", ID, "branch_id"),
    Narrow("owner", ID, "owner_id"),
    Narrow("team", ID, "team_id"),
    Narrow("tag", TEXT, _tagged, "tags"),
    Narrow("phone", TEXT, _by_phone, "phone", "In any format."),
    Narrow("email", TEXT, _by_email, "email"),
    Narrow("ref", TEXT, _by_ref, "refs", "SOURCE:EXTERNAL_ID"),
    Narrow("created_after", MOMENT, "created_at__gt", "created_at"),
    Narrow("created_before", MOMENT, "created_at__lt", "created_at"),
    Narrow("updated_since", MOMENT, "updated_at__gte", "updated_at"),
    Narrow("archived", BOOL, _archived, "archived_at", "true: those put away; false: the others."),
)


def _own_filter(name: str, text: str, rows: Any, principal: Principal) -> Any:
    """own-CODE=VALUE: equal to a value of a field of the shop's own."""
    field = custom.field_named(name)
    if field is None or rights.is_hidden(principal, SUBJECT, name):
        return None
    try:
        value = custom.cleaned(field, text) if field.kind != CustomKind.CUSTOMER else text
    except ValidationError as error:
        raise Wrong(" ".join(error.messages)) from None
    if field.kind == CustomKind.CUSTOMER:
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise Wrong(_("This must be the number of a record."))
        return rows.filter(custom_values__field_id=field.pk, custom_values__other_id=int(text))
    match field.kind:
        case CustomKind.NUMBER | CustomKind.MONEY:
            column = "number"
        case CustomKind.DATE:
            column = "day"
        case _:
            column = "text"
    word = value[0] if isinstance(value, list) and value else value
    return rows.filter(**{"custom_values__field_id": field.pk, f"custom_values__{column}": word})


# -- what is given ------------------------------------------------------------------------------------------------


def _fill(records: list[Record], wanted: frozenset[str], principal: Principal) -> None:
    ids = [record["_pk"] for record in records]
    if wanted & {"phones", "emails", "whatsapp"}:
        _fill_identities(records, wanted, ids)
    if "contact_name" in wanted:
        names = dict(
            Contact.objects.filter(customer__in=ids, is_primary=True).values_list("customer_id", "name")
        )
        for record in records:
            record["contact_name"] = names.get(record["_pk"], "")
    if "tags" in wanted:
        tags = defaultdict(list)
        links = CustomerTag.objects.filter(customer__in=ids).order_by("tag__name")
        for pk, name in links.values_list("customer_id", "tag__name"):
            tags[pk].append(name)
        for record in records:
            record["tags"] = tags.get(record["_pk"], [])
    if "refs" in wanted:
        refs = defaultdict(list)
        for pk, source, external_id in (
            ExternalRef.objects.filter(customer__in=ids)
            .order_by("pk")
            .values_list("customer_id", "source", "external_id")
        ):
            refs[pk].append({"source": source, "external_id": external_id})
        for record in records:
            record["refs"] = refs.get(record["_pk"], [])
    if "own" in wanted:
        _fill_own(records, ids, principal)


def _fill_identities(records: list[Record], wanted: frozenset[str], ids: list[int]) -> None:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    known = Identity.objects.filter(contact__customer__in=ids, kind__in=("phone", "email", "whatsapp"))
    ordered = known.order_by("-contact__is_primary", "contact_id", "pk")
    for pk, kind, value in ordered.values_list("contact__customer_id", "kind", "value"):
        if value not in found[pk, kind]:
            found[pk, kind].append(value)
    for record in records:
        pk = record["_pk"]
        if "phones" in wanted:
            record["phones"] = found.get((pk, "phone"), [])
        if "emails" in wanted:
            record["emails"] = found.get((pk, "email"), [])
        if "whatsapp" in wanted:
            record["whatsapp"] = next(iter(found.get((pk, "whatsapp"), [])), "")


def _fill_own(records: list[Record], ids: list[int], principal: Principal) -> None:
    fields = {one.code: one for one in custom.fields()}
    found = custom.values_of(ids)
    for record in records:
        record["own"] = {
            code: plain_own(fields[code], value)
            for code, value in found.get(record["_pk"], {}).items()
            if not rights.is_hidden(principal, SUBJECT, custom.PREFIX + code)
        }


def plain_own(field: Any, value: Any) -> Any:
    """A value of a field of the shop's own as JSON holds it: a list of words, the number of a customer, else text."""
    if field.kind == CustomKind.CHOICES:
        return list(value)
    if field.kind == CustomKind.CUSTOMER:
        return value.pk
    return custom.plain(field, value)


# -- what is written ----------------------------------------------------------------------------------------------


def own_values(principal: Principal, values: dict[str, Any]) -> dict[str, Any]:
    """Values of the shop's own fields as the room takes them. ValidationError under "own.CODE"."""
    known = {one.code: one for one in custom.fields()}
    errors: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for code, value in values.items():
        field = known.get(code)
        if field is None or rights.is_locked(principal, SUBJECT, custom.PREFIX + code):
            errors[f"own.{code[:60]}"] = _("There is no such field.")
        elif not _fits(field, value):
            errors[f"own.{code}"] = _("This is no value of this field.")
        elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
            errors[f"own.{code}"] = _("This must be a list of at most 100 texts.")
        elif field.kind == CustomKind.CUSTOMER and value is not None:
            pk = value if isinstance(value, int) else 0
            found[code] = reach.customer_named(principal, pk, f"own.{code}")
        else:
            found[code] = str(value) if isinstance(value, int | float) else value
    if errors:
        raise ValidationError(errors)
    return found


def _fits(field: Any, value: Any) -> bool:
    """Whether a value of JSON is of a kind that the field may hold."""
    if isinstance(value, list):
        return bool(field.kind == CustomKind.CHOICES)
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def write_own(principal: Principal, customer: Customer, values: dict[str, Any]) -> None:
    found = own_values(principal, values)
    try:
        actions.set_own(customer, found, by=None)
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            told = {
                f"own.{name.removeprefix(custom.PREFIX)}": found for name, found in error.error_dict.items()
            }
            raise ValidationError(told) from None  # type: ignore[arg-type]
        raise


def write_tags(customer: Customer, names: list[str]) -> None:
    """These and no others."""
    wanted = {one_line(name).casefold(): one_line(name) for name in names if one_line(name)}
    have = dict(Tag.objects.filter(customer_links__customer=customer).values_list("name", "pk"))
    for name in have:
        if name.casefold() not in wanted:
            actions.untag_customers([customer.pk], name, by=None)
    known = {name.casefold() for name in have}
    for folded, name in wanted.items():
        if folded not in known:
            actions.tag_customers([customer.pk], name, by=None)


def write_refs(customer: Customer, refs: list[tuple[str, str]]) -> None:
    """ValidationError where another customer bears one."""
    for source, external_id in refs:
        try:
            with transaction.atomic():
                row, _new = ExternalRef.objects.get_or_create(
                    source=source, external_id=external_id, defaults={"customer": customer}
                )
        except IntegrityError:
            row = ExternalRef.objects.get(source=source, external_id=external_id)
        if row.customer_id != customer.pk:
            raise ValidationError({"refs": _("Another customer has this number already.")})


@transaction.atomic
def add(principal: Principal, values: Record, *, source: str = "api") -> int:
    found = reach.placed(principal, values, "customers.edit", adding=True)
    own, refs = found.pop("own", None), found.pop("refs", [])
    customer = actions.add_customer(by=None, source=source, **found)
    write_refs(customer, refs)
    if own:
        write_own(principal, customer, own)
    reach.still_seen(reach.customers(principal, "customers.edit"), customer.pk)
    return customer.pk


@transaction.atomic
def change(principal: Principal, customer: Customer, values: Record) -> None:
    found = reach.placed(principal, values, "customers.edit", adding=False)
    own, tags = found.pop("own", None), found.pop("tags", None)
    if found:
        actions.edit_customer(customer, by=None, **found)
    if tags is not None:
        write_tags(customer, tags)
    if own:
        write_own(principal, customer, own)
    reach.still_seen(reach.customers(principal, "customers.edit"), customer.pk)


def remove(_principal: Principal, customer: Customer) -> None:
    actions.archive_customer(customer, by=None)


CUSTOMERS = Resource(
    name="customers",
    noun="customer",
    subject=SUBJECT,
    says="Persons and businesses that buy or may buy.",
    view="customers.view",
    edit="customers.edit",
    remove_action="customers.archive",
    rows=_rows,
    fields=FIELDS,
    filters=FILTERS,
    sorts={"id": "pk", "name": "name_sort", "created_at": "created_at"},
    fill=_fill,
    fill_needs=("pk",),
    add=add,
    change=change,
    remove=remove,
    upsert=True,
    moved=reach.kept,
    has_money=True,
    more_filters=_own_filter,
)
