"""Orders from files, as a shopkeeper would expect them."""

from decimal import Decimal

import pytest

from grahak.connect import actions
from grahak.connect.importing import engine
from grahak.connect.importing.undo import undo
from grahak.core.models import AuditEntry
from grahak.customers.actions import write_note
from grahak.customers.models import Activity, Customer, Identity
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order, OrderLine

HEAD = "Bill No,Date,Party Code,Party,Mobile,Item Code,Item,Qty,Rate\n"


@pytest.fixture
def bring(business, tmp_path):
    def bring_in(text, kind="orders", *, name="file.csv", **answers):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        run = actions.prepare_import(path, kind, by=None, **answers)
        engine.run_import(run.pk)
        run.refresh_from_db()
        return run

    return bring_in


def counts(run):
    return run.state, run.added, run.changed, run.same, run.failed


def test_the_same_file_again_changes_nothing(bring):
    text = (
        HEAD
        + "1,3/11/2026,A1,Iqbal & Sons,,G1,Georgette,10,620\n1,3/11/2026,A1,Iqbal & Sons,,G1,Georgette,10,620\n"
    )
    assert counts(bring(text)) == ("done", 2, 0, 0, 0)
    before = list(OrderLine.objects.values_list())
    assert counts(bring(text)) == ("done", 0, 0, 2, 0)
    assert list(OrderLine.objects.values_list()) == before
    assert Order.objects.get().net == Decimal(12400)


def test_a_corrected_line_changes_only_itself_and_comes_back_with_undo(bring, amina):
    first = HEAD + "1,3/11/2026,A1,Iqbal,,G1,Georgette,10,620\n1,3/11/2026,A1,Iqbal,,B1,Bandhani,2,500\n"
    bring(first)
    run = bring(first.replace("10,620", "12,620"))
    assert counts(run) == ("done", 0, 1, 1, 0)
    assert Order.objects.get().net == Decimal(8440)
    assert CustomerFigures.objects.get().net == Decimal(8440)
    undo(run, by=amina)
    assert Order.objects.get().net == Decimal(7200)
    assert CustomerFigures.objects.get().net == Decimal(7200)


def test_a_bad_row_holds_its_whole_order_back(bring):
    text = HEAD + (
        "1,3/11/2026,A1,Iqbal,,G1,Georgette,10,620\n"
        "1,3/11/2026,A1,Iqbal,,B1,Bandhani,many,500\n"
        "2,3/11/2026,A1,Iqbal,,G1,Georgette,1,620\n"
    )
    run = bring(text)
    assert counts(run) == ("done", 1, 0, 0, 2)
    assert [order.number for order in Order.objects.all()] == ["2"]
    assert [(issue.row, issue.field, issue.code) for issue in run.issues.all()] == [
        (2, "", "held_back"),
        (3, "quantity", "number"),
    ]


def test_a_bad_row_far_below_takes_the_order_out_again(bring, monkeypatch):
    monkeypatch.setitem(engine.PIECE, "orders", 1)
    text = HEAD + (
        "1,3/11/2026,A1,Iqbal,,G1,Georgette,10,620\n"
        "2,3/11/2026,A1,Iqbal,,G1,Georgette,1,620\n"
        "1,3/11/2026,A1,Iqbal,,B1,Bandhani,0,500\n"
    )
    run = bring(text)
    assert [order.number for order in Order.objects.all()] == ["2"]
    assert (run.added, run.failed) == (1, 2)
    assert CustomerFigures.objects.get().net == Decimal(620)
    assert DaySales.objects.get().net == Decimal(620)


def test_a_killed_import_goes_on_where_it_was(bring, monkeypatch, tmp_path):
    monkeypatch.setitem(engine.PIECE, "orders", 2)
    rows = "".join(
        f"{n // 3},3/11/2026,A{n // 9},Shop {n // 9},,G{n},Item {n},{n + 1},10\n" for n in range(30)
    )
    path = tmp_path / "kill.csv"
    path.write_text(HEAD + rows)
    run = actions.prepare_import(path, "orders", by=None)
    kept, pieces = engine._write, 0

    def dies(*args):
        nonlocal pieces
        pieces += 1
        if pieces == 4:
            raise KeyboardInterrupt
        kept(*args)

    monkeypatch.setattr(engine, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        engine.run_import(run.pk)
    assert 0 < OrderLine.objects.count() < 30
    monkeypatch.setattr(engine, "_write", kept)
    engine.run_import(run.pk)
    run.refresh_from_db()
    assert counts(run) == ("done", 30, 0, 0, 0)
    assert OrderLine.objects.count() == 30
    assert sorted(Order.objects.values_list("net", flat=True)) == sorted(
        Decimal(sum((n + 1) * 10 for n in range(o * 3, o * 3 + 3))) for o in range(10)
    )
    assert sum(CustomerFigures.objects.values_list("net", flat=True)) == Decimal(4650)
    again = actions.prepare_import(path, "orders", by=None)
    engine.run_import(again.pk)
    again.refresh_from_db()
    assert counts(again) == ("done", 0, 0, 30, 0)


def test_a_number_used_again_next_year_is_another_order(bring):
    text = HEAD + "7,3/11/2025,A1,Iqbal,,G1,Georgette,1,100\n7,3/11/2026,A1,Iqbal,,G1,Georgette,2,100\n"
    assert counts(bring(text))[1] == 2
    assert dict(Order.objects.values_list("number", "net")) == {"7": Decimal(100), "7 (2)": Decimal(200)}
    assert counts(bring(text)) == ("done", 0, 0, 2, 0)


def test_a_number_of_two_customers_is_two_orders(bring):
    text = HEAD + "7,3/11/2026,A1,Iqbal,,G1,Georgette,1,100\n7,3/11/2026,A2,Mehta,,G1,Georgette,2,100\n"
    bring(text)
    assert {(o.number, o.customer.name) for o in Order.objects.all()} == {("7", "Iqbal"), ("7 (2)", "Mehta")}
    assert counts(bring(text)) == ("done", 0, 0, 2, 0)


def test_cancellations_services_and_nobodys_lines_count_as_they_should(bring):
    text = "invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country\n" + (
        "536365,85123A,HEART,6,2026-11-02 08:26:00,2.55,17850,United Kingdom\n"
        "536365,POST,POSTAGE,1,2026-11-02 08:26:00,18.00,17850,United Kingdom\n"
        "C536379,85123A,HEART,-2,2026-11-03 09:41:00,2.55,17850,United Kingdom\n"
        "536544,21773,SOAP,4,2026-11-03 14:32:00,2.50,,United Kingdom\n"
    )
    run = bring(text)
    assert run.source == "online_retail"
    assert counts(run) == ("done", 4, 0, 0, 0)
    figures = CustomerFigures.objects.get()
    assert (figures.orders, figures.returns, figures.net, figures.returned) == (
        1,
        1,
        Decimal("10.20"),
        Decimal("5.10"),
    )
    days = {str(day.day): day for day in DaySales.objects.all()}
    assert (days["2026-11-02"].net, days["2026-11-02"].service) == (Decimal("15.30"), Decimal(18))
    assert (days["2026-11-03"].net, days["2026-11-03"].anonymous) == (Decimal("4.90"), Decimal(10))
    assert Order.objects.get(number="C536379").kind == "return"


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Phone,Cancelled at,"
    "Refunded Amount\n"
    "#1001,asha@shop.example,paid,2026-11-03,INR,900,50,162,1112,100,2026-11-03 10:00:00 +0530,"
    "2,Saree,400,S1,Asha Patel,+91 98250 41276,,0\n"
    "#1001,asha@shop.example,,,,,,,,,2026-11-03 10:00:00 +0530,1,Bag,200,B1,,,,\n"
    "#1002,noor@shop.example,refunded,2026-11-04,INR,400,0,0,400,0,2026-11-04 10:00:00 +0530,"
    "1,Saree,400,S1,Noor Ansari,,,400\n"
    "#1003,noor@shop.example,voided,,INR,400,0,0,400,0,2026-11-05 10:00:00 +0530,"
    "1,Saree,400,S1,Noor Ansari,,2026-11-05 11:00:00 +0530,0\n"
)


def test_a_shopify_export_becomes_orders_with_discount_tax_and_delivery(bring):
    run = bring(SHOPIFY)
    assert run.source == "shopify_orders"
    assert run.failed == 0
    order = Order.objects.get(number="#1001")
    assert (order.net, order.service, order.tax, order.total, order.received) == tuple(
        map(Decimal, ("900", "50", "162", "1112", "1112"))
    )
    assert order.customer.name == "Asha Patel"
    assert Order.objects.get(number="#1002-R").net == Decimal(-400)
    assert Order.objects.get(number="#1003").cancelled_at is not None
    assert CustomerFigures.objects.get(customer__name="Noor Ansari").net == 0
    assert not LedgerEntry.objects.exists()
    assert counts(bring(SHOPIFY))[1:3] == (0, 0)


def test_a_phone_of_a_family_shop_asks_who_it_is(bring):
    people = "Name,Mobile\nIqbal Senior,98250 41276\nIqbal Junior,98250 41276\n"
    bring(people, "customers")
    run = bring(
        "Bill No,Date,Party,Mobile,Item,Qty,Rate\n1,3/11/2026,Somebody,98250 41276,G,1,10\n"
        "2,3/11/2026,iqbal  junior,98250 41276,G,1,10\n"
    )
    assert [(issue.row, issue.code) for issue in run.issues.all()] == [(2, "ambiguous")]
    assert Order.objects.get().customer.name == "Iqbal Junior"


def test_orders_on_credit_go_to_the_khata(bring):
    bring(HEAD + "1,3/11/2026,A1,Iqbal,,G1,Georgette,10,620\n", options={"terms": "credit"})
    assert LedgerEntry.objects.get().amount == Decimal(6200)
    assert CustomerFigures.objects.get().balance == Decimal(6200)


def test_another_currency_is_refused_by_row(bring):
    run = bring(
        "Bill No,Date,Party,Item,Qty,Rate,Currency\n1,3/11/2026,Iqbal,G,1,10,GBP\n2,3/11/2026,Iqbal,G,1,10,INR\n"
    )
    assert [(issue.row, issue.field) for issue in run.issues.all()] == [(2, "currency")]
    assert Order.objects.get().number == "2"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("1,3/11/1066,A1,Iqbal,,G1,G,1,10", "ordered_at"),
        ("1,3/11/2199,A1,Iqbal,,G1,G,1,10", "ordered_at"),
        ("1,,A1,Iqbal,,G1,G,1,10", "ordered_at"),
        (",3/11/2026,A1,Iqbal,,G1,G,1,10", "order_number"),
        ("1,3/11/2026,A1,Iqbal,,G1,G,99999999999999999999,10", "quantity"),
        ("1,3/11/2026,A1,Iqbal,,G1,G,NaN,10", "quantity"),
        ("1,3/11/2026,A1,Iqbal,,G1,G,1,1e400", "unit_price"),
        ("1,3/11/2026,A1,Iqbal,,G1,G,1,", "unit_price"),
        (f"1,3/11/2026,A1,{'x' * 300},,G1,G,1,10", "customer_name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(bring, row, field):
    run = bring(HEAD + row + "\n2,3/11/2026,A1,Iqbal,,G1,G,1,10\n")
    assert [(issue.row, issue.field) for issue in run.issues.all()] == [(2, field)]
    assert Order.objects.get().number == "2"


def test_hostile_names_come_in_as_text(bring, as_amina):
    bring(HEAD + '1,3/11/2026,A1,"<script>alert(1)</script> ""&co",,G1,<b>bold</b>,1,10\n')
    customer = Customer.objects.get()
    page = as_amina.get(customer.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_undo_keeps_a_customer_whom_somebody_wrote_about(bring, amina):
    run = bring(HEAD + "1,3/11/2026,A1,Iqbal,,G1,G,1,10\n2,3/11/2026,A2,Mehta,,G1,G,1,10\n")
    write_note(Customer.objects.get(name="Iqbal"), "Pays after Eid", by=amina)
    taken = undo(run, by=amina)
    assert (taken["orders"], taken["customers"], taken["customers_kept"]) == (2, 1, 1)
    assert [customer.name for customer in Customer.objects.all()] == ["Iqbal"]
    assert not Activity.objects.filter(subject="order").exists()
    assert not DaySales.objects.exclude(net=0).exists()
    assert AuditEntry.objects.filter(action="connect.import.undone").count() == 1


def test_customers_come_with_their_opening_balance_and_stay_the_same(bring, amina):
    text = (
        "Party list\n\nParty Name,Mobile,City,Op. Bal.,Credit Limit\n"
        'Mehta Saree Centre,98250 41276,Rajkot,"4,82,500.00 Dr",600000\n'
        'શાહ એન્ડ કંપની,૯૮૭૯૫૨૦૪૧૮,Surat,"12,500 Cr",\n'
    )
    assert counts(bring(text, "customers")) == ("done", 2, 0, 0, 0)
    balances = dict(CustomerFigures.objects.values_list("customer__name", "balance"))
    assert balances == {"Mehta Saree Centre": Decimal(482500), "શાહ એન્ડ કંપની": Decimal(-12500)}
    assert Customer.objects.get(name="Mehta Saree Centre").credit_limit == Decimal(600000)
    assert set(Identity.objects.values_list("value", flat=True)) == {"+919825041276", "+919879520418"}
    assert counts(bring(text, "customers")) == ("done", 0, 0, 2, 0)
    run = bring(text.replace("4,82,500.00 Dr", "5,00,000 Dr"), "customers")
    assert counts(run) == ("done", 0, 1, 1, 0)
    undo(run, by=amina)
    assert CustomerFigures.objects.get(customer__name="Mehta Saree Centre").balance == Decimal(482500)


def test_a_register_by_name_finds_the_party_of_another_file(bring):
    bring("Code,Name,City\nA1,Mehta Saree Centre,Rajkot\n", "customers")
    bring("Bill No,Date,Party,Item,Qty,Rate\n1,3/11/2026,mehta saree  centre,G,1,10\n", source="register")
    assert Customer.objects.get().orders.count() == 1


def test_undo_takes_out_lines_that_a_later_file_added(bring, amina):
    text = HEAD + "1,3/11/2026,A1,Iqbal,,G1,Georgette,10,620\n"
    bring(text)
    run = bring(text + "1,3/11/2026,A1,Iqbal,,B1,Bandhani,2,500\n")
    assert counts(run) == ("done", 1, 0, 1, 0)
    assert Order.objects.get().net == Decimal(7200)
    undo(run, by=amina)
    assert Order.objects.get().net == Decimal(6200)
    assert OrderLine.objects.count() == 1
