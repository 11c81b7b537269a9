"""Orders, returns, payments and the khata through HTTP."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grahak.catalogue.models import Product
from grahak.core import business
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer
from grahak.sales.actions import cancel_order, place_order, receive_payment
from grahak.sales.models import CustomerFigures, LedgerEntry, Order, Payment
from grahak.sales.tests.conftest import line


def sheet(**given: Any) -> dict[str, Any]:
    """What a browser posts: a head, and lines as item/quantity/rate/tax by their number."""
    data = {"day": business.today().isoformat(), "how": "cash", "customer": "", "once": "t1"}
    for index, cells in enumerate(given.pop("lines", [])):
        for name, value in zip(("item", "quantity", "rate", "tax", "product"), cells, strict=False):
            data[f"{name}-{index}"] = value
    return data | given


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_an_order_is_written_from_the_sheet(as_bilal, bilal, mehta, georgette, postage):
    answer = as_bilal.post(
        "/orders/new/",
        sheet(
            customer_id=mehta.pk,
            customer=mehta.name,
            received="1,00,0",
            lines=[
                ("geo-1", "2", "", "5"),
                ("", "", "", ""),
                ("Silk scrap", "१.५ kg", "100", ""),
                ("POST", "1", "50"),
            ],
        ),
    )
    assert answer.status_code == 422  # "1,00,0" is not a number that anybody writes
    answer = as_bilal.post(
        "/orders/new/",
        sheet(
            customer_id=mehta.pk,
            customer=mehta.name,
            received="1,000",
            lines=[
                ("geo-1", "2", "", "5"),
                ("", "", "", ""),
                ("Silk scrap", "१.५ kg", "100", ""),
                ("POST", "1", "50"),
            ],
        ),
    )
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/")
    assert [(row.description, row.quantity, row.unit_price, row.tax) for row in order.lines.all()] == [
        ("Georgette, pastel", 2, 620, 62),
        ("Silk scrap", Decimal("1.5"), 100, 0),
        ("Postage", 1, 50, 0),
    ]
    assert (order.net, order.service, order.total, order.received) == (1390, 50, 1502, 1000)
    assert (order.branch, order.taken_by) == (bilal.branch, bilal)
    assert CustomerFigures.objects.get(customer=mehta).balance == 502


def test_sending_the_sheet_twice_makes_one_order(as_bilal, mehta):
    data = sheet(customer_id=mehta.pk, customer=mehta.name, lines=[("Cloth", "1", "10")])
    places = {as_bilal.post("/orders/new/", data)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (("Cloth", "", "10"), "Line 2: the quantity is missing."),
        (("Cloth", "two", "10"), "Line 2: “two” is not a number"),
        (("Cloth", "-2", "10"), "Line 2: the quantity must be more than zero."),
        (("Cloth", "2", ""), "Line 2: no item is called “Cloth”"),
        (("Cloth", "2", "-5"), "Line 2: the rate cannot be less than zero."),
        (("Cloth", "2", "5", "101"), "Line 2: the tax must be between 0 and 100 %."),
        (("Cloth", "999999999", "999999999"), "Line 2: the amount is too large."),
        (("", "2", "5"), "Line 2: choose an item or write what it is."),
        (("<script>alert(1)</script>", "2", ""), "Line 2: no item is called “&lt;script&gt;"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_nothing_is_written(as_bilal, mehta, cells, sentence):
    answer = as_bilal.post("/orders/new/", sheet(customer=mehta.name, lines=[("Good", "1", "1"), cells]))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert Order.objects.count() == 0


def test_the_head_says_what_is_wrong(as_bilal, mehta):
    tomorrow = (business.today() + dt.timedelta(days=3)).isoformat()
    for changed, sentence in (
        ({"day": tomorrow}, "That day is still to come."),
        ({"day": "1066-10-14"}, "is before 1970"),
        ({"day": "yesterday"}, "is not a date"),
        ({"customer": "Nobody At All"}, "No customer is called “Nobody At All”"),
        ({"received": "-5", "customer": mehta.name}, "Must be zero or more."),
        ({"received": "3"}, "must be paid in full"),
        ({"customer": mehta.name, "lines": []}, "Write at least one line."),
    ):
        answer = as_bilal.post("/orders/new/", sheet(**({"lines": [("Cloth", "1", "10")]} | changed)))
        assert answer.status_code == 422
        assert sentence in text_of(answer), changed
    assert Order.objects.count() == 0


def test_a_name_that_may_be_several_customers_asks_which(as_bilal, amina, rajkot):
    for _ in range(2):
        add_customer(by=amina, name="Patel Mart", branch=rajkot)
    answer = as_bilal.post("/orders/new/", sheet(customer="patel mart", lines=[("Cloth", "1", "10")]))
    assert answer.status_code == 422
    assert "may be several customers" in text_of(answer)


def test_a_cash_sale_needs_no_customer(as_bilal):
    as_bilal.post("/orders/new/", sheet(lines=[("Cloth", "2", "10")], paid_in_full="on"))
    order = Order.objects.get()
    assert (order.customer, order.received, order.received_how) == (None, 20, "cash")


def test_an_untouched_line_keeps_its_exact_tax_when_the_order_is_changed(as_amina, amina, mehta, rajkot):
    order = place_order(
        by=amina, customer=mehta, branch=rajkot, lines=[line("3", "33.33", tax=Decimal("4.9999")), line(1, 5)]
    )
    page = as_amina.get(f"/orders/{order.pk}/edit/").content.decode()
    posted = dict(re.findall(r'name="([a-z_]+-?\d*)"[^>]*? value="([^"]*)"', page))
    posted |= {"day": business.today().isoformat(), "how": "cash", "quantity-1": "2"}
    posted.pop("csrfmiddlewaretoken", None)
    answer = as_amina.post(f"/orders/{order.pk}/edit/", posted)
    assert answer.status_code == 302
    assert [(row.amount, row.tax) for row in order.lines.all()] == [
        (Decimal("99.99"), Decimal("4.9999")),
        (10, 0),
    ]


def test_who_changed_the_order_first_wins(as_amina, as_bilal, amina, mehta, rajkot):
    order = place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(1, 5)])
    data = sheet(
        customer_id=mehta.pk,
        customer=mehta.name,
        seen=order.updated_at.isoformat(),
        lines=[("Cloth", "9", "5")],
    )
    assert as_bilal.post(f"/orders/{order.pk}/edit/", data).status_code == 302
    late = as_amina.post(f"/orders/{order.pk}/edit/", data | {"quantity-0": "7"})
    assert late.status_code == 422
    assert "Somebody changed this order meanwhile" in text_of(late)
    order.refresh_from_db()
    assert order.total == 45


def test_an_order_is_cancelled_with_a_way_back(as_bilal, amina, mehta, rajkot):
    order = place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(1, 50)])
    page = as_bilal.post(f"/orders/{order.pk}/cancel/", follow=True)
    assert f"/orders/{order.pk}/restore/" in page.content.decode()
    assert "Cancelled" in text_of(page)
    as_bilal.post(f"/orders/{order.pk}/restore/")
    assert CustomerFigures.objects.get(customer=mehta).balance == 50


def test_goods_come_back_from_the_orders_page(as_bilal, amina, mehta, rajkot):
    order = place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(4, 50), line(1, 5)])
    url = f"/orders/{order.pk}/return/"
    today = business.today().isoformat()
    too_many = as_bilal.post(url, {"day": today, "how": "cash", "back-1": "5"})
    assert (too_many.status_code, Order.objects.count()) == (422, 1)
    assert "Line 1: at most 4 can come back." in text_of(too_many)
    nothing = as_bilal.post(url, {"day": today, "how": "cash"})
    assert nothing.status_code == 422
    done = as_bilal.post(url, {"day": today, "how": "cash", "back-1": "1", "received": "20"})
    back = Order.objects.get(kind="return")
    assert done["Location"] == f"/orders/{back.pk}/"
    assert (back.total, back.received, back.returns) == (-50, -20, order)
    assert "What remains 155.00" in text_of(as_bilal.get(f"/orders/{order.pk}/"))


def test_goods_come_back_without_an_order_too(as_bilal, mehta):
    as_bilal.post("/returns/new/", sheet(customer=mehta.name, lines=[("Cloth", "2", "10")]))
    assert Order.objects.get().total == -20


def test_a_bill_shows_goods_services_tax_and_total(as_bilal, amina, mehta, postage, rajkot):
    order = place_order(
        by=amina,
        customer=mehta,
        branch=rajkot,
        lines=[line(2, 600, tax=Decimal(60)), line(1, 150, code="POST")],
        received=Decimal(10),
    )
    words = text_of(as_bilal.get(f"/orders/{order.pk}/"))
    assert "Goods 1,200.00" in words
    assert "Services and fees 150.00" in words
    assert "Total ₹ 1,410.00" in words
    assert "On the khata 1,400.00" in words


def test_a_payment_lands_on_the_khata_once(as_bilal, bilal, mehta):
    data = {
        "customer_id": mehta.pk,
        "customer": mehta.name,
        "amount": "₹ 1,25,000/-",
        "method": "cheque",
        "way": "in",
        "reference": "112233",
        "day": business.today().isoformat(),
        "once": "p1",
    }
    for _ in range(2):
        assert as_bilal.post("/payments/new/", data).status_code == 302
    payment = Payment.objects.get()
    assert (payment.amount, payment.method, payment.by) == (125_000, "cheque", bilal)
    words = text_of(as_bilal.get(f"/payments/{payment.pk}/"))
    assert "₹ 1,25,000.00" in words
    as_bilal.post(f"/payments/{payment.pk}/void/")
    assert CustomerFigures.objects.get(customer=mehta).balance == 0


def test_a_payment_says_what_is_wrong(as_bilal, mehta):
    good = {"customer": mehta.name, "amount": "5", "method": "cash", "day": business.today().isoformat()}
    for changed, sentence in (
        ({"customer": ""}, "Whose money is it?"),
        ({"amount": ""}, "This field is required."),
        ({"amount": "0"}, "Write how much."),
        ({"amount": "-5"}, "Must be 0 or more."),
        ({"amount": "9" * 13}, "The amount is too large."),
        ({"method": "shells"}, "Select a valid choice"),
        ({"day": "2999-01-01"}, "is more than a year ahead"),
    ):
        answer = as_bilal.post("/payments/new/", good | changed)
        assert answer.status_code == 422
        assert sentence in text_of(answer), changed
    assert not LedgerEntry.objects.exists()


def test_the_khata_lists_who_owes_most_first_and_its_ages_add_up(as_amina, amina, mehta, iqbal, noon):
    place_order(by=amina, customer=mehta, lines=[line(1, "100.25")], placed_at=noon(95))
    place_order(by=amina, customer=mehta, lines=[line(1, 900)], placed_at=noon(40))
    place_order(by=amina, customer=iqbal, lines=[line(1, 5000)], placed_at=noon(2))
    page = as_amina.get("/khata/")
    assert [row.customer for row in page.context["page"].rows] == [iqbal, mehta]
    totals = page.context["totals"]
    assert (totals["many"], totals["balance"]) == (2, Decimal("6000.25"))
    assert totals["parts"] == [5000, 900, 0, Decimal("100.25")]
    assert [row.customer for row in as_amina.get("/khata/?show=old").context["page"].rows] == [mehta]
    assert as_amina.get("/khata/?show=over").context["page"].rows == []


def test_a_statement_runs_from_what_was_brought_forward(as_amina, amina, mehta, noon):
    place_order(by=amina, customer=mehta, lines=[line(1, 1000)], placed_at=noon(60))
    receive_payment(by=amina, customer=mehta, amount=Decimal(300), method="upi", received_at=noon(10))
    place_order(by=amina, customer=mehta, lines=[line(1, 50)], placed_at=noon(5))
    gone = place_order(by=amina, customer=mehta, lines=[line(1, 77)], placed_at=noon(4))
    cancel_order(gone, by=amina)
    first = business.today() - dt.timedelta(days=20)
    found = as_amina.get(f"/khata/{mehta.pk}/?from={first}").context["statement"]
    assert (found.before, found.debits, found.credits, found.after) == (1000, 50, 300, 750)
    assert [row.balance for row in found.lines] == [700, 750]


def test_a_reminder_speaks_the_customers_language_and_carries_its_link(as_amina, amina, rajkot):
    customer = add_customer(by=amina, name="Iqbal & Sons", phones=["98250 12345"], branch=rajkot)
    place_order(by=amina, customer=customer, lines=[line(1, 500)])
    page = as_amina.get(f"/khata/{customer.pk}/")
    assert page.context["reminder"]["url"].startswith(
        "https://wa.me/919825012345?text=Dear%20Iqbal%20%26%20Sons"
    )
    assert "₹ 500" in page.context["reminder"]["text"]


def test_an_opening_balance_is_written_by_hand(as_bilal, mehta):
    url = f"/khata/{mehta.pk}/opening/"
    day = business.today().isoformat()
    assert as_bilal.post(url, {"amount": "4,500", "side": "get", "day": day}).status_code == 302
    assert as_bilal.post(url, {"amount": "500", "side": "give", "day": day}).status_code == 302
    assert CustomerFigures.objects.get(customer=mehta).balance == -500


def test_orders_of_a_range_add_up_without_cancelled_ones(as_amina, amina, mehta, rajkot, surat, noon):
    place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(1, 100)], placed_at=noon(3))
    place_order(by=amina, customer=mehta, branch=surat, lines=[line(1, 40)], placed_at=noon(2))
    place_order(by=amina, customer=None, branch=rajkot, lines=[line(1, 7)], placed_at=noon(40))
    gone = place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(1, 1000)], placed_at=noon(1))
    cancel_order(gone, by=amina)
    page = as_amina.get("/orders/")
    assert (len(page.context["page"].rows), page.context["sums"].total) == (3, 140)
    assert as_amina.get("/orders/?span=all").context["sums"].total == 147
    assert as_amina.get(f"/orders/?span=all&branch={surat.pk}").context["sums"].total == 40
    assert as_amina.get(f"/orders/?customer={mehta.pk}").context["sums"].orders == 2
    assert [row.pk for row in as_amina.get("/orders/?kind=cancelled").context["page"].rows] == [gone.pk]
    assert [row.pk for row in as_amina.get(f"/orders/?q={gone.number.lower()}").context["page"].rows] == [
        gone.pk
    ]
    assert as_amina.get("/orders/?from=31-31-31").status_code == 200


def test_pages_of_orders_hold_every_order_once(as_amina, amina, mehta, noon):
    for _ in range(120):
        place_order(by=amina, customer=mehta, lines=[line(1, 1)], placed_at=noon(1))
    seen, url = [], "/orders/"
    for _ in range(5):
        page = as_amina.get(url).context["page"]
        seen += [row.pk for row in page.rows]
        if not page.after:
            break
        url = f"/orders/?after={page.after}"
    assert len(seen) == 120
    assert len(set(seen)) == 120
    back = as_amina.get(f"/orders/?before={page.before}").context["page"]
    assert [row.pk for row in back.rows] == seen[50:100]
    assert as_amina.get("/orders/?after=nonsense").status_code == 200


@pytest.mark.parametrize("url", ["/orders/?span=all", "/khata/", "/items/"])
def test_lists_ask_as_many_questions_for_30_rows_as_for_3(url, as_amina, amina, rajkot, noon, georgette):
    counts, made = [], 0
    for many in (3, 30):
        while made < many:
            made += 1
            customer = Customer.objects.create(name=f"c{made}", branch=rajkot, credit_limit=Decimal(5))
            place_order(by=amina, customer=customer, branch=rajkot, lines=[line(1, made)], placed_at=noon(3))
            Product.objects.create(code=f"P{made}", name=f"Item {made}", price=Decimal(made))
        as_amina.get(url)
        business.forget()  # else it depends on the second whether the shop is read anew
        with CaptureQueriesContext(connection) as caught:
            assert as_amina.get(url).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert counts[1] < 15


def test_a_salesman_of_another_branch_finds_nothing(as_chirag, amina, mehta, rajkot):
    order = place_order(by=amina, customer=mehta, branch=rajkot, lines=[line(1, 5)])
    payment = receive_payment(by=amina, customer=mehta, amount=Decimal(2), method="cash", branch=rajkot)
    for url in (
        f"/orders/{order.pk}/",
        f"/orders/{order.pk}/edit/",
        f"/orders/{order.pk}/return/",
        f"/orders/new/?like={order.pk}",
        f"/orders/new/?customer={mehta.pk}",
        f"/payments/{payment.pk}/",
        f"/payments/new/?customer={mehta.pk}",
        f"/khata/{mehta.pk}/",
        f"/khata/{mehta.pk}/opening/",
        "/orders/99999999999999999999999/",
    ):
        assert as_chirag.get(url).status_code == 404, url
    for url in (f"/orders/{order.pk}/cancel/", f"/payments/{payment.pk}/void/"):
        assert as_chirag.post(url).status_code == 404
    assert as_chirag.get("/orders/?span=all").context["page"].rows == []
    assert as_chirag.get("/khata/").context["page"].rows == []
    answer = as_chirag.post("/orders/new/", sheet(customer_id=mehta.pk, lines=[("Cloth", "1", "10")]))
    assert Order.objects.filter(customer=mehta).count() == 1, answer.status_code


def test_boxes_suggest_customers_with_their_balance_and_items_with_the_last_rate(
    as_bilal, amina, bilal, rajkot, georgette
):
    customer = add_customer(by=amina, name="Zainab Collection", branch=rajkot)
    place_order(
        by=amina, customer=customer, branch=rajkot, lines=[line(3, "610.50", what="", product=georgette)]
    )
    found = as_bilal.get("/orders/suggest/customers/?q=zain").content.decode()
    fill = json.loads(
        re.search(r'data-fill="([^"]*)"', found)[1].replace("&quot;", '"').replace("\\u20b9", "₹")
    )
    assert (fill["balance"], fill["limit"]) == ("1831.5000", None)
    assert "You will get" in fill["words"]
    found = as_bilal.get(f"/orders/suggest/items/?q=geor&customer={customer.pk}").content.decode()
    assert "&quot;rate&quot;: &quot;610.5&quot;" in found
    assert "last 610.50 × 3" in found


def test_a_box_never_suggests_another_branchs_customer(as_chirag, amina, rajkot):
    add_customer(by=amina, name="Zainab Collection", branch=rajkot)
    assert b"Zainab" not in as_chirag.get("/orders/suggest/customers/?q=zainab").content
