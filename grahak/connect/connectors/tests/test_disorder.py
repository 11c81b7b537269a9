"""Any order of a history of messages, any of them any number of times, ends in the same records as the history told
once and in order (hypothesis)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grahak.catalogue.models import Product
from grahak.connect.connectors import doorstep, work
from grahak.connect.connectors.models import Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import work_all
from grahak.customers.models import Activity, Consent, Customer, ExternalRef, Identity
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order, OrderLine

pytestmark = pytest.mark.django_db
Message = tuple[str, dict[str, Any]]
SHOP = settings(
    max_examples=40,
    derandomize=True,  # the same histories every time: CI is no place to look for new ones
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example takes minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def records() -> dict[str, Any]:
    """Everything that somebody could see or count, without the numbers of rows and moments of work."""
    open_entries = LedgerEntry.objects.filter(reverses=None, reversed_by=None)
    return {
        "orders": sorted(
            (
                order.kind, order.number, str(order.customer), str(order.returns), order.placed_at, order.net,
                order.service, order.tax, order.total, order.received, order.received_how, order.note,
                order.cancelled_at is not None,
            )
            for order in Order.objects.select_related("customer", "returns")
        ),
        "lines": sorted(
            map(
                str,
                OrderLine.objects.values_list(
                    "order__number", "ordinal", "product__code", "code", "description", "quantity", "unit_price",
                    "amount", "tax", "is_service", "of_ordinal",
                ),
            )
        ),
        "khata": sorted(open_entries.values_list("customer__name", "kind", "amount", "at", "order__number")),
        "customers": sorted(Customer.objects.values_list("name", "city", "country", "source", "kind")),
        "identities": sorted(Identity.objects.values_list("contact__customer__name", "kind", "value")),
        "refs": sorted(ExternalRef.objects.values_list("customer__name", "source", "external_id")),
        "consents": sorted(
            Consent.objects.filter(is_current=True).values_list("contact__customer__name", "channel", "state")
        ),
        "products": sorted(
            str((one.code, one.name, one.price, one.stock, one.archived_at is None, str(one.category)))
            for one in Product.objects.select_related("category")
        ),
        "figures": sorted(
            map(
                str,
                CustomerFigures.objects.values_list(
                    "customer__name", "orders", "returns", "net", "balance", "rhythm"
                ),
            )
        ),
        "days": sorted(
            map(
                str,
                DaySales.objects.values_list(
                    "day", "orders", "returns", "net", "service", "tax", "new_customers", "received"
                ),
            )
        ),
        "timeline": sorted(
            map(
                str,
                Activity.objects.filter(subject="order").values_list("customer__name", "kind", "title", "amount"),
            )
        ),
    }  # fmt: skip


def after(connector: Connector, messages: list[Message]) -> dict[str, Any]:
    """What the records are after these messages; nothing of it stays."""
    with transaction.atomic():
        topic_header = "X-Shopify-Topic" if connector.kind == "shopify" else "X-WC-Webhook-Topic"
        for topic, payload in messages:
            doorstep.store(connector, payloads.encoded(payload), {topic_header: topic})
            Delivery.objects.filter(state="waiting").update(delivery_id=str(Delivery.objects.count()))
            work.turn()
        work_all()
        states = set(Delivery.objects.values_list("state", flat=True))
        assert states <= {"done", "same"}, list(Delivery.objects.values("topic", "state", "code", "params"))
        found = records()
        transaction.set_rollback(True)
    return found


def at(hour: int) -> str:
    """A moment of the history: the hours count up."""
    return f"2026-10-{6 + hour // 24:02d}T{hour % 24:02d}:00:00Z"


def same(connector: Connector, badly: list[Message], history: list[Message]) -> None:
    """Fails with what differs, by name."""
    found, wanted = after(connector, badly), after(connector, history)
    differs = {
        name: {"found": [x for x in found[name] if x not in wanted[name]],
               "wanted": [x for x in wanted[name] if x not in found[name]]}
        for name in wanted
        if found[name] != wanted[name]
    }  # fmt: skip
    assert differs == {}, [
        (topic, one["id"], one.get("updated_at") or one.get("date_modified_gmt")) for topic, one in badly
    ]


def steps(*names: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), max_size=6)


def step_of_an_order(step: str, hour: int) -> dict[str, Any]:
    """What a step changes in Shopify's order."""
    lines = [payloads.shopify_line(1), payloads.shopify_line(2, price=str(100 + hour), tax_lines=[])]
    changed: dict[str, dict[str, Any]] = {
        "paid": {"financial_status": "paid"},
        "edited": {"line_items": lines, "note": f"edited at {hour}"},
        "sent": {"fulfillments": [{"id": hour, "created_at": at(hour)}], "fulfillment_status": "fulfilled"},
        "cancel": {"cancelled_at": at(hour)},
    }
    return changed[step]


@st.composite
def shopify_history(draw: st.DrawFn) -> list[Message]:
    """A shop's days as it would tell them once and in order: two orders of accounts and guests, their payment,
    editing, sending, refunds, cancellation, deletion; customers and items that change."""
    history: list[Message] = []
    hour = 0

    def tell(topic: str, payload: dict[str, Any]) -> None:
        history.append((topic, payload))

    for number in (1, 2):
        guest = draw(st.booleans())
        customer = payloads.shopify_customer(number, updated_at=at(hour))
        who = {"customer": None, "billing_address": {"name": "Guest", "city": "Pune", "country_code": "IN"}}
        state = payloads.shopify_order(
            number, email=f"guest{number}@mail.example", financial_status="pending", refunds=[]
        )
        state |= who if guest else {"customer": customer}
        tell("orders/create", state | {"updated_at": at(hour)})
        refunds: list[dict[str, Any]] = []
        steps = draw(
            st.lists(
                st.sampled_from(["paid", "edited", "sent", "refund", "cancel", "customer", "product"]),
                max_size=6,
            )
        )
        for step in steps:
            hour += 1
            if step == "customer":
                said = draw(st.sampled_from(["subscribed", "unsubscribed", "not_subscribed"]))
                consent = {"state": said, "consent_updated_at": at(hour)}
                city = {"city": draw(st.sampled_from(["Surat", "Vapi", "Bharuch"])), "country_code": "IN"}
                customer |= {
                    "updated_at": at(hour), "email_marketing_consent": consent, "default_address": city,
                    "last_name": draw(st.sampled_from(["Mirza", "Shaikh"])),
                }  # fmt: skip
                tell("customers/update", dict(customer))
                continue
            if step == "product":
                tell(
                    "products/update",
                    payloads.shopify_product(number, updated_at=at(hour), title=f"Stole {hour}"),
                )
                continue
            if step == "refund" and len(refunds) < 2:
                refund = payloads.shopify_refund(number * 10 + len(refunds), number, processed_at=at(hour))
                refunds.append(refund)
                tell("refunds/create", refund)
                state |= {"refunds": list(refunds)}
            elif step != "refund":
                state |= step_of_an_order(step, hour)
            state |= {"updated_at": at(hour)}
            tell("orders/updated", dict(state))
        if draw(st.integers(0, 5)) == 0:
            tell("orders/delete", {"id": state["id"]})
    return history


@st.composite
def told_badly(draw: st.DrawFn, histories: Any) -> tuple[list[Message], list[Message]]:
    """A history, and the same with messages repeated and in any order."""
    history = draw(histories)
    again = draw(st.lists(st.sampled_from(history), max_size=6))
    return history, draw(st.permutations(history + again))


@SHOP
@given(told_badly(shopify_history()))
def test_shopify_in_any_order_ends_the_same(
    shopify: Connector, both: tuple[list[Message], list[Message]]
) -> None:
    history, badly = both
    same(shopify, badly, history)


@st.composite
def woo_history(draw: st.DrawFn) -> list[Message]:
    """The same of WooCommerce, where a refund is known by its order only."""
    history: list[Message] = []
    hour = 0
    for number in (1, 2):
        account = draw(st.sampled_from([0, 51]))
        state = payloads.woo_order(
            number, customer_id=account, status="pending", date_paid_gmt=None, payment_method="cod"
        )
        state["billing"] = {
            "first_name": f"Buyer {account or number}", "email": f"b{account or number}@mail.example", "city": "Surat"
        }  # fmt: skip
        history.append(("order.created", state | {"date_modified_gmt": at(hour)}))
        refunds: list[dict[str, Any]] = []
        for step in draw(
            st.lists(
                st.sampled_from(
                    ["processing", "completed", "cancelled", "refund", "unrefund", "said", "account", "item"]
                ),
                max_size=6,
            )
        ):
            hour += 1
            if step == "account":
                history.append(
                    (
                        "customer.updated",
                        payloads.woo_customer(
                            1,
                            date_modified_gmt=at(hour),
                            first_name=f"Farah {hour}",
                            email="b51@mail.example",
                        ),
                    )
                )
                continue
            if step == "item":
                history.append(
                    (
                        "product.updated",
                        payloads.woo_product(
                            number, date_modified_gmt=at(hour), price=hour, regular_price=""
                        ),
                    )
                )
                continue
            if step == "refund":
                refunds.append({"id": number * 100 + hour, "total": "-10.00"})
            elif step == "unrefund":
                refunds = refunds[:-1]
            elif step == "said":
                said = draw(st.sampled_from([[], ["yes"], ["no"]]))
                state |= {"meta_data": [{"id": 1, "key": "newsletter_opt_in", "value": one} for one in said]}
            else:
                state |= {"status": step}
            state |= {"refunds": list(refunds), "date_modified_gmt": at(hour)}
            history.append(("order.updated", dict(state)))
    return history


@SHOP
@given(told_badly(woo_history()))
def test_woocommerce_in_any_order_ends_the_same(
    woo: Connector, both: tuple[list[Message], list[Message]]
) -> None:
    history, badly = both
    same(woo, badly, history)


# Found by the tests above, or by what they showed


def woo_state(hour: int, /, **more: Any) -> Message:
    return "order.updated", payloads.woo_order(1, date_modified_gmt=at(hour), **more)


def test_a_refund_heard_of_only_after_it_was_taken_back_is_a_cancelled_return(woo: Connector) -> None:
    placed, back = woo_state(0), woo_state(2)
    refunded = woo_state(1, refunds=[{"id": 301, "total": "-10.00"}])
    same(woo, [placed, back, refunded], [placed, refunded, back])
    same(woo, [back, refunded, placed], [placed, refunded, back])
    told = after(woo, [back, refunded, placed])["orders"]
    assert [(kind, number, cancelled) for kind, number, *_rest, cancelled in told] == [
        ("return", "101-R301", True),
        ("sale", "101", False),
    ]


def test_a_no_to_messages_holds_though_a_newer_message_without_it_came_first(shopify: Connector) -> None:
    def told(hour: int, state: str) -> Message:
        consent = {"state": state, "consent_updated_at": at(hour)}
        return "customers/update", payloads.shopify_customer(
            updated_at=at(hour), email_marketing_consent=consent
        )

    first, no, silent = told(0, "subscribed"), told(1, "unsubscribed"), told(2, "not_subscribed")
    same(shopify, [first, silent, no], [first, no, silent])
    assert after(shopify, [first, silent, no])["consents"] == [("Sana Mirza 1", "email", "withdrawn")]


def test_an_old_order_with_a_refund_that_is_news_tells_its_customers_no_too(shopify: Connector) -> None:
    def told(hour: int, state: str, refunds: list[dict[str, Any]]) -> Message:
        consent = {"state": state, "consent_updated_at": at(hour)}
        customer = payloads.shopify_customer(updated_at=at(hour), email_marketing_consent=consent)
        return "orders/updated", payloads.shopify_order(
            updated_at=at(hour), customer=customer, refunds=refunds
        )

    old = told(1, "unsubscribed", [payloads.shopify_refund()])
    new = told(2, "not_subscribed", [])
    same(shopify, [new, old], [old, new])
    assert after(shopify, [new, old])["consents"] == [("Sana Mirza 1", "email", "withdrawn")]


def test_a_guests_last_word_holds_though_the_word_before_came_after_it(woo: Connector) -> None:
    def told(number: int, said: str) -> Message:
        meta = [{"id": 1, "key": "newsletter_opt_in", "value": said}]
        return "order.created", payloads.woo_order(number, date_modified_gmt=at(number), meta_data=meta)

    no, yes, again = told(1, "no"), told(2, "yes"), told(3, "no")
    same(woo, [no, again, yes], [no, yes, again])
    assert after(woo, [no, again, yes])["consents"] == [("Imran Patel", "email", "withdrawn")]


def test_an_old_yes_without_a_moment_is_not_said_now(till: Connector) -> None:
    def told(version: int, granted: bool) -> Message:
        consents = [{"channel": "sms", "granted": granted}]
        who = {"name": "Rashida Bano", "phone": "+91 98250 77889", "consents": consents}
        return "", {"type": "customer", "id": "C-1", "version": version} | who

    yes, no = told(1, True), told(2, False)
    same(till, [no, yes], [yes, no])
    assert after(till, [no, yes])["consents"] == [("Rashida Bano", "sms", "withdrawn")]


def test_a_return_of_a_line_that_its_sale_lost_is_cancelled_whichever_came_first(till: Connector) -> None:
    goods = [{"code": code, "name": code, "quantity": 1, "unit_price": "100.00"} for code in ("A", "B")]
    sale = ("", payloads.till_sale(lines=goods, received="200.00"))
    less = ("", payloads.till_sale(lines=goods[:1], received="100.00", version=2))
    of = {"type": "return", "id": "R-1", "of": "T1-000001", "at": "2026-10-06T12:00:00+05:30"}
    back = ("", of | {"lines": [{"line": "2", "quantity": 1}]})
    same(till, [less, back, sale], [sale, back, less])
    told = after(till, [less, back, sale])["orders"]
    assert [(kind, cancelled) for kind, *_rest, cancelled in told] == [("return", True), ("sale", False)]
