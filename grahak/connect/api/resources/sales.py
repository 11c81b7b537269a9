"""Orders, returns, payments and the khata."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grahak.catalogue.models import Product
from grahak.connect.api import rights
from grahak.connect.api.fields import (
    BOOL,
    DAY,
    ID,
    MOMENT,
    MONEY,
    QUANTITY,
    TEXT,
    Field,
    Narrow,
    Wrong,
    choice,
    objects,
    plain_amount,
    plain_quantity,
)
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import SUBJECT
from grahak.core.access import scope_of, scoped
from grahak.sales import actions
from grahak.sales.actions.lines import MOST_LINES
from grahak.sales.models import LedgerEntry, LedgerKind, Order, OrderKind, OrderLine, Payment, PaymentMethod

SMALLEST_QUANTITY, SMALLEST_AMOUNT = Decimal("0.001"), Decimal("0.0001")  # as they are kept
METHOD = choice(list(PaymentMethod.values))
_LINE = {
    "product": Field("product", ID, nullable=True),
    "code": Field("code", TEXT, length=60),
    "description": Field("description", TEXT, length=200),
    "quantity": Field("quantity", QUANTITY, required=True),
    "unit_price": Field("unit_price", MONEY, required=True),
    "tax": Field("tax", MONEY),
}
_BACK = {
    "line": Field("line", ID, required=True, says="The line's ordinal in the order that comes back."),
    "quantity": Field("quantity", QUANTITY, required=True),
}


def _schema(fields: dict[str, Field], *, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: one.schema(writing=True) for name, one in fields.items()} | (more or {}),
        "required": [name for name, one in fields.items() if one.required],
        "additionalProperties": False,
    }


def _taken(fields: dict[str, Field], value: dict[str, Any]) -> dict[str, Any]:
    unknown = set(value) - set(fields)
    if unknown:
        raise Wrong(_("There is no field called %(names)s.") % {"names": ", ".join(sorted(unknown))[:100]})
    for name, field in fields.items():
        if field.required and name not in value:
            raise Wrong(_("A line needs “%(name)s”.") % {"name": name})
    try:
        return {name: fields[name].take(one) for name, one in value.items()}
    except Wrong as error:
        raise Wrong(str(error)) from None


def _line(value: dict[str, Any]) -> dict[str, Any]:
    return _taken(_LINE, value)


def _back(value: dict[str, Any]) -> dict[str, Any]:
    return _taken(_BACK, value)


LINES = objects(_schema(_LINE), _line, MOST_LINES)
GIVEN_LINE = {
    "type": "object",
    "properties": {
        "line": {"type": "integer"},
        "product": {"type": ["integer", "null"]},
        **{
            name: {"type": "string"}
            for name in ("code", "description", "quantity", "unit_price", "tax", "amount")
        },
        "is_service": {"type": "boolean"},
    },
}


def drafts(lines: list[dict[str, Any]]) -> list[actions.LineDraft]:
    """Lines as the room takes them; an item is found by its number or its code. ValidationError under "lines"."""
    ids = {line["product"] for line in lines if line.get("product")}
    codes = {line["code"].upper() for line in lines if line.get("code") and not line.get("product")}
    by_id = Product.objects.in_bulk(ids)
    by_code = (
        {one.code.upper(): one for one in Product.objects.filter(code__in=_both(lines))} if codes else {}
    )
    wrong = [
        _("Line %(number)s: there is no item of this number.") % {"number": number}
        for number, line in enumerate(lines, 1)
        if line.get("product") and line["product"] not in by_id
    ]
    if wrong:
        raise ValidationError({"lines": wrong})
    return [
        actions.LineDraft(
            quantity=line["quantity"].quantize(SMALLEST_QUANTITY),
            unit_price=line["unit_price"],
            product=by_id.get(line.get("product")) or by_code.get(line.get("code", "").upper()),
            code=line.get("code", ""),
            description=line.get("description", ""),
            tax=line.get("tax", Decimal(0)),
        )
        for line in lines
    ]


def _both(lines: list[dict[str, Any]]) -> set[str]:
    typed = {line["code"] for line in lines if line.get("code")}
    return typed | {code.upper() for code in typed}


def _orders(principal: Principal, action: str) -> QuerySet[Order]:
    rows: QuerySet[Order] = Order.objects.visible_to(principal)  # type: ignore[arg-type]
    return rows if action == "orders.view" else scoped(rows, principal, action, owner="taken_by")


def _returns(principal: Principal, action: str) -> QuerySet[Order]:
    return _orders(principal, action).filter(kind=OrderKind.RETURN)


def _fill_lines(records: list[Record], wanted: frozenset[str], _principal: Principal) -> None:
    found: dict[int, list[Record]] = defaultdict(list)
    names = (
        "order_id",
        "ordinal",
        "product_id",
        "code",
        "description",
        "quantity",
        "unit_price",
        "tax",
        "amount",
    )
    lines = OrderLine.objects.filter(order__in=[record["_pk"] for record in records]).order_by(
        "order_id", "ordinal"
    )
    for pk, ordinal, product, code, description, quantity, price, tax, amount, service in lines.values_list(
        *names, "is_service"
    ):
        found[pk].append(
            {
                "line": ordinal,
                "product": product,
                "code": code,
                "description": description,
                "quantity": plain_quantity(quantity),
                "unit_price": plain_amount(price),
                "tax": plain_amount(tax),
                "amount": plain_amount(amount),
                "is_service": service,
            }
        )
    for record in records:
        record["lines"] = found.get(record["_pk"], [])


def _beside_customer(principal: Principal, found: Record, action: str) -> None:
    """What a key of no branch writes belongs to the customer's branch unless it says another, as on screen: without
    any it would be open to every branch."""
    if "branch" not in found and found.get("customer") is not None and scope_of(principal, action) == "all":
        found["branch"] = found["customer"].branch


def _headed(principal: Principal, values: Record, *, adding: bool) -> Record:
    found = reach.placed(principal, values, "orders.edit", adding=adding)
    if found.get("customer") is not None:
        found["customer"] = reach.customer_named(principal, found["customer"])
    if adding:
        _beside_customer(principal, found, "orders.edit")
    if "lines" in found:
        found["lines"] = drafts(found["lines"])
    return found


def _add(principal: Principal, values: Record) -> int:
    found: dict[str, Any] = {"customer": None, **_headed(principal, values, adding=True)}
    return actions.place_order(by=None, **found).pk


def _change(principal: Principal, order: Order, values: Record) -> None:
    actions.edit_order(order, by=None, **_headed(principal, values, adding=False))


def _cancel(_principal: Principal, order: Order) -> None:
    actions.cancel_order(order, by=None)


_HEAD = (
    Field("id", ID, "pk"),
    Field("number", TEXT, write="add", length=60, says="Given by Grahak where it is left out."),
    Field("source", TEXT),
    Field("kind", choice(list(OrderKind.values))),
    Field("customer", ID, "customer_id", write="both", nullable=True),
    Field("branch", ID, "branch_id", write="both", nullable=True),
    Field("taken_by", ID, "taken_by_id", nullable=True),
    Field("returns", ID, "returns_id", nullable=True, says="The order that came back."),
    Field("placed_at", MOMENT, write="both"),
    Field("net", MONEY, says="Net revenue: lines of goods before tax, after returns."),
    Field("service", MONEY),
    Field("tax", MONEY),
    Field("total", MONEY),
    Field("received", MONEY, write="both", says="Paid with the order; the rest goes to the khata."),
    Field("received_how", choice(["", *PaymentMethod.values])),
    Field("note", TEXT, write="both", length=5000),
    Field("cancelled_at", MOMENT, nullable=True),
    Field("created_at", MOMENT),
    Field("updated_at", MOMENT),
)


def _cancelled(rows: Any, value: bool) -> Any:
    return rows.filter(cancelled_at__isnull=not value)


_NARROW = (
    Narrow("customer", ID, "customer_id", moved=reach.kept),
    Narrow("number", TEXT, "number"),
    Narrow("source", TEXT, "source"),
    Narrow("branch", ID, "branch_id"),
    Narrow("placed_after", MOMENT, "placed_at__gt", "placed_at"),
    Narrow("placed_before", MOMENT, "placed_at__lt", "placed_at"),
    Narrow("updated_since", MOMENT, "updated_at__gte", "updated_at"),
    Narrow("cancelled", BOOL, _cancelled, "cancelled_at"),
)

ORDERS = Resource(
    name="orders",
    noun="order",
    subject="sales.order",
    says="Orders with their lines; a return is one of kind “return” with negative quantities. DELETE cancels.",
    view="orders.view",
    edit="orders.edit",
    rows=_orders,
    fields=(*_HEAD, Field("lines", LINES, "", write="both", required=True)),
    filters=(*_NARROW, Narrow("kind", choice(list(OrderKind.values)), "kind")),
    sorts={"id": "pk", "placed_at": "placed_at"},
    fill=_fill_lines,
    fill_needs=("pk",),
    add=_add,
    change=_change,
    remove=_cancel,
    has_money=True,
)


def _add_return(principal: Principal, values: Record) -> int:
    found = dict(values)
    order = _orders(principal, "orders.edit").filter(pk=found.pop("order")).first()
    if order is None:
        raise ValidationError({"order": _("There is none of this number.")})
    quantities: dict[int, Decimal] = defaultdict(Decimal)
    for line in found.pop("lines"):
        quantities[line["line"]] += line["quantity"].quantize(SMALLEST_QUANTITY)
    lines = actions.lines_to_return(order, quantities)
    return actions.take_return(order, by=None, lines=lines, **found).pk


RETURNS = Resource(
    name="returns",
    noun="return",
    subject="sales.order",
    says="Goods that come back of an order, at the rate they were sold. DELETE cancels.",
    view="orders.view",
    edit="orders.edit",
    rows=_returns,
    fields=(
        Field("id", ID, "pk"),
        Field("number", TEXT),
        Field("order", ID, "returns_id", write="add", required=True, nullable=True, column="returns"),
        Field("customer", ID, "customer_id", nullable=True),
        Field("branch", ID, "branch_id", nullable=True),
        Field("placed_at", MOMENT, write="add"),
        Field("net", MONEY),
        Field("tax", MONEY),
        Field("total", MONEY),
        Field("refunded", MONEY, "received", write="add", says="Paid out at once (negative as read)."),
        Field("refunded_how", choice(["", *PaymentMethod.values]), "received_how", write=""),
        Field("note", TEXT, write="add", length=5000),
        Field("cancelled_at", MOMENT, nullable=True),
        Field("created_at", MOMENT),
        Field("updated_at", MOMENT),
        Field("lines", objects(_schema(_BACK), _back, MOST_LINES), "", write="add", required=True),
    ),
    filters=_NARROW,
    sorts={"id": "pk", "placed_at": "placed_at"},
    fill=_fill_lines,
    fill_needs=("pk",),
    add=_add_return,
    remove=_cancel,
    has_money=True,
)


def _payments(principal: Principal, action: str) -> QuerySet[Payment]:
    rows: QuerySet[Payment] = Payment.objects.visible_to(principal)  # type: ignore[arg-type]
    return rows if action == "payments.view" else scoped(rows, principal, action, owner="by")


def _add_payment(principal: Principal, values: Record) -> int:
    found = reach.placed(principal, values, "payments.edit", adding=True)
    found["customer"] = reach.customer_named(principal, found["customer"])
    _beside_customer(principal, found, "payments.edit")
    found["amount"] = found["amount"].quantize(SMALLEST_AMOUNT)
    if found.get("order") is not None:
        found["order"] = reach.named(_orders(principal, "orders.view"), found["order"], "order")
        if found["order"].customer_id != found["customer"].pk:
            raise ValidationError({"order": _("This order is another customer's.")})
    return actions.receive_payment(by=None, **found).pk


def _void(_principal: Principal, payment: Payment) -> None:
    actions.void_payment(payment, by=None)


PAYMENTS = Resource(
    name="payments",
    noun="payment",
    subject="sales.payment",
    says="Money received from customers (negative: paid back). DELETE strikes one out; it stays, reversed.",
    view="payments.view",
    edit="payments.edit",
    rows=_payments,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", required=True),
        Field("order", ID, "order_id", write="add", nullable=True),
        Field("branch", ID, "branch_id", write="add", nullable=True),
        Field("amount", MONEY, write="add", required=True),
        Field("method", METHOD, write="add", required=True),
        Field("reference", TEXT, write="add", length=80),
        Field("received_at", MOMENT, write="add"),
        Field("note", TEXT, write="add", length=5000),
        Field("voided_at", MOMENT, nullable=True),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("order", ID, "order_id"),
        Narrow("method", METHOD, "method"),
        Narrow("received_after", MOMENT, "received_at__gt", "received_at"),
        Narrow("received_before", MOMENT, "received_at__lt", "received_at"),
    ),
    sorts={"id": "pk", "received_at": "received_at"},
    add=_add_payment,
    remove=_void,
    has_money=True,
)


def _ledger(principal: Principal, action: str) -> QuerySet[LedgerEntry]:
    """None for a role from which the khata is hidden."""
    if rights.is_hidden(principal, SUBJECT, "balance"):
        return LedgerEntry.objects.none()
    return reach.of_customers(LedgerEntry.objects.order_by(), principal, action)


LEDGER = Resource(
    name="ledger",
    noun="ledger entry",
    subject="sales.ledgerentry",
    says="The khata, entry by entry: positive is owed to us. Entries are never changed, only reversed.",
    view="payments.view",
    rows=_ledger,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id"),
        Field("kind", choice(list(LedgerKind.values))),
        Field("amount", MONEY),
        Field("at", MOMENT),
        Field("due_on", DAY, nullable=True),
        Field("order", ID, "order_id", nullable=True),
        Field("payment", ID, "payment_id", nullable=True),
        Field("reverses", ID, "reverses_id", nullable=True),
        Field("note", TEXT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("kind", choice(list(LedgerKind.values)), "kind"),
        Narrow("after", MOMENT, "at__gt", "at"),
        Narrow("before", MOMENT, "at__lt", "at"),
    ),
    has_money=True,
)
