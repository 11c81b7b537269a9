"""Which column goes where, for the exports and lists that shops have."""

import pytest

from grahak.connect.reading import (
    FIELDS,
    PRESETS,
    detect_preset,
    inspect,
    match_columns,
    preset_called,
    rows,
    suggest_mapping,
)
from grahak.connect.reading.synonyms import WORDS, heading_key


def suggest(header, line, kind):
    columns = header.split("|")
    return suggest_mapping(columns, [line.split("|")] * 3, kind)


def test_a_party_list_of_tally_or_busy_is_understood():
    assert suggest(
        "Party Name|Mob No.|Opening Bal|Dr/Cr|Cr Limit|City|Salesman|Remarks|GSTIN/UIN|Pincode",
        "Mehta|9825041276|4,82,500.00|Dr|3 lakh|Surat|Bilal|pays after Eid|24AABCU9603R1ZM|395002",
        "customers",
    ) == {
        "Party Name": "name",
        "Mob No.": "phone",
        "Opening Bal": "opening_balance",
        "Dr/Cr": "balance_side",
        "Cr Limit": "credit_limit",
        "City": "city",
        "Salesman": "owner",
        "Remarks": "note",
        "GSTIN/UIN": "tax_id",
        "Pincode": "postcode",
    }


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        (
            "گاہک کا نام|موبائل|شہر|بقایا|پتہ",
            "محمد اقبال|۰۳۰۰۱۲۳۴۵۶۷|کراچی|۵۰۰|صدر",
            ["name", "phone", "city", "opening_balance", "address"],
        ),
        (
            "ग्राहक का नाम|मोबाइल नंबर|शहर|बकाया|पता",
            "मेहता|९८२५०१२३४५|सूरत|५०० नामे|रिंग रोड",
            ["name", "phone", "city", "opening_balance", "address"],
        ),
        (
            "ગ્રાહકનું નામ|મોબાઇલ|શહેર|બાકી|સરનામું",
            "શાહ|૯૮૨૫૦૧૨૩૪૫|રાજકોટ|૫૦૦|રીંગ રોડ",
            ["name", "phone", "city", "opening_balance", "address"],
        ),
    ],
)
def test_headings_in_urdu_hindi_and_gujarati_are_understood(header, line, expected):
    assert list(suggest(header, line, "customers").values()) == expected


def test_spelling_of_headings_does_not_matter():
    assert (
        len({heading_key(text) for text in ("Invoice No.", "invoice_no", "InvoiceNo", "INVOICE NUMBER")}) == 1
    )
    assert heading_key("كمپني کا نام") == heading_key("کمپنی کا نام")
    assert heading_key("फ़ोन") == heading_key("फोन")
    assert suggest("Amount (₹)|Bill Nmber|Party", "5|A1|Mehta", "orders") == {
        "Amount (₹)": "order_total",
        "Bill Nmber": "order_number",
        "Party": "customer_name",
    }


def test_an_amount_belongs_to_the_line_when_there_are_items_and_else_to_the_order():
    assert suggest("Bill No|Party|Amount|Discount|GST", "1|Mehta|5|1|2", "orders") == {
        "Bill No": "order_number",
        "Party": "customer_name",
        "Amount": "order_total",
        "Discount": "order_discount",
        "GST": "order_tax",
    }
    assert suggest("Bill No|Party|Item|Qty|Rate|Amount|Disc.|GST", "1|Mehta|Saree|2|5|10|1|2", "orders") == {
        "Bill No": "order_number",
        "Party": "customer_name",
        "Item": "product_name",
        "Qty": "quantity",
        "Rate": "unit_price",
        "Amount": "line_total",
        "Disc.": "line_discount",
        "GST": "line_tax",
    }


def test_parts_of_a_name_and_of_an_address_go_together_and_taxes_add_up():
    found = suggest(
        "First Name|Last Name|Address 1|Address 2", "Amina|Kapasi|12 Ring Road|Surat", "customers"
    )
    assert list(found.values()) == ["name", "name", "address", "address"]
    found = suggest("Name|First Name|Last Name", "Amina Kapasi|Amina|Kapasi", "customers")
    assert found == {"Name": "name"}
    found = suggest("Bill No|CGST|SGST", "1|9|9", "orders")
    assert found == {"Bill No": "order_number", "CGST": "order_tax", "SGST": "order_tax"}


def test_what_stands_below_a_heading_can_speak_against_it():
    assert suggest("Name|Email|Phone", "Mehta|yes|Surat", "customers") == {"Name": "name"}
    assert suggest("Party|Date|Amount", "Mehta|soon|much", "orders") == {"Party": "customer_name"}


def test_e_mails_and_phones_are_known_by_their_looks():
    columns = ["Naam", "x", "y"]
    below = [["Mehta", "a@b.example", "+91 98250 12345"], ["Vora", "c@d.example", "098795-20418"]]
    found = match_columns(columns, below, "customers")
    assert [(match.field, match.sure) for match in found if match.column in "xy"] == [
        ("email", False),
        ("phone", False),
    ]


def test_a_field_is_suggested_once():
    found = suggest("Mobile|Phone|Telephone", "9825012345|9825012346|9825012347", "customers")
    assert list(found.values()) == ["phone"]


def test_no_suggestion_names_a_field_we_do_not_have():
    for kind, words in WORDS.items():
        for text in words.values():
            for word in text.split("|"):
                for field in suggest_mapping([word], [], kind).values():
                    assert field in FIELDS[kind]


def test_no_kind_lists_a_heading_under_two_fields_by_mistake():
    allowed = {"customers": {"کوڈ", "date"}, "products": set(), "orders": set()}
    for kind, words in WORDS.items():
        seen: dict[str, str] = {}
        clashes = []
        for field, text in words.items():
            for word in text.split("|"):
                key = heading_key(word)
                if key in seen and seen[key] != field and word.strip() not in allowed[kind]:
                    clashes.append((word.strip(), seen[key], field))
                seen.setdefault(key, field)
        assert clashes == []


ONLINE_RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ONLINE_RETAIL_SNAKE = "invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country"
ONLINE_RETAIL_SECOND = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
SHOPIFY = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,\
Taxes,Total,\
Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Billing Name,Billing City,Billing Country,Billing Phone,Shipping Name,Notes,Cancelled at,\
Payment Method,Refunded Amount,Vendor,Id,Tags,Lineitem discount,Phone
#1001,amina@kapasi.example,paid,2026-04-01 10:00:00 +0530,fulfilled,yes,INR,1500.00,50.00,75.00,1625.00,\
,0.00,Standard,2026-04-01 09:58:12 +0530,2,Silk saree - Red,500.00,\
SS-R,Amina Kapasi,Surat,IN,'+919825012345,Amina Kapasi,,,\
UPI,0.00,Kapasi,5001,,0.00,
#1001,amina@kapasi.example,,,,,,,,,,\
,,,2026-04-01 09:58:12 +0530,1,Dupatta,500.00,\
DU-1,,,,,,,,\
,,Kapasi,,,0.00,
#1002,,refunded,,,no,INR,200.00,0.00,0.00,200.00,\
,0.00,,2026-04-02 11:00:00 +0530,1,Scarf,200.00,\
SC-1,Bilal Shaikh,Karachi,PK,,,,2026-04-03 08:00:00 +0530,\
UPI,200.00,Kapasi,5002,,0.00,
"""
HEADERS = {
    "online_retail": ONLINE_RETAIL,
    "shopify_orders": SHOPIFY.splitlines()[0],
    "woocommerce_orders": "order_id,order_number,order_date,status,shipping_total,tax_total,order_total,"
    "order_currency,customer_id,billing_first_name,billing_last_name,billing_email,billing_phone,billing_city,"
    "item_name,item_sku,item_quantity,item_total",
    "tally_sales_register": "Date,Particulars,Vch Type,Vch No.,Debit,Credit",
    "vyapar_sale_report": "Date,Order No,Invoice No,Party Name,Party Phone No.,Transaction Type,Total Amount,"
    "Payment Type,Received/Paid Amount,Balance Due,Payment Status,Description",
}


def test_each_known_export_is_recognised_and_no_other():
    assert set(HEADERS) == {preset.code for preset in PRESETS}
    for code, header in HEADERS.items():
        columns = header.split(",")
        assert detect_preset(columns) == preset_called(code)
        assert [preset.code for preset in PRESETS if preset.fits(columns)] == [code]
        mapping = preset_called(code).mapping(columns)
        assert set(mapping.values()) <= set(FIELDS["orders"])
        assert {"order_number", "ordered_at"} <= set(mapping.values())
    assert detect_preset(["Name", "Phone", "City"]) is None


def test_online_retail_in_any_of_its_spellings():
    mapping = preset_called("online_retail").mapping(ONLINE_RETAIL.split(","))
    snake = [
        "invoice",
        "stock_code",
        "description",
        "quantity",
        "invoice_date",
        "unit_price",
        "customer_id",
        "country",
    ]
    assert list(mapping.values()) == list(preset_called("online_retail").mapping(snake).values())
    second = [
        "Invoice",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "Price",
        "Customer ID",
        "Country",
    ]
    assert detect_preset(second) == preset_called("online_retail")
    options = preset_called("online_retail").options
    assert options.cancelled_prefix == "C"
    assert {"POST", "DOT", "AMAZONFEE", "M", "BANK CHARGES"} <= options.service_codes


def test_shopify_orders_over_several_rows(written):
    path = written(SHOPIFY, "orders_export.csv")
    found = inspect(path)
    preset = detect_preset(found.column_names)
    assert preset and preset.code == "shopify_orders"
    mapping = preset.mapping(found.column_names)
    assert mapping["Billing Name"] == "customer_name"
    assert "Shipping Name" not in mapping
    assert mapping["Phone"] == "customer_phone"
    places = {field: found.column(column).index for column, field in mapping.items()}
    lines = [
        tuple(
            row.values[places[field]] for field in ("order_number", "product_code", "quantity", "order_total")
        )
        for row in rows(path, found)
    ]
    assert lines == [
        ("#1001", "SS-R", "2", "1625.00"),
        ("#1001", "DU-1", "1", None),
        ("#1002", "SC-1", "1", "200.00"),
    ]
    assert preset.options.order_columns_on_first_row
    assert preset.options.effect_of("Voided") == "cancelled"
    assert mapping["Refunded Amount"] == "refunded_amount"


def test_names_in_two_columns_and_taxes_in_three_go_into_one_field():
    mapping = preset_called("woocommerce_orders").mapping(HEADERS["woocommerce_orders"].split(","))
    assert [column for column, field in mapping.items() if field == "customer_name"] == [
        "billing_first_name",
        "billing_last_name",
    ]
    assert mapping["order_number"] == "order_number"
    assert "order_id" not in mapping
    register = ["Date", "Particulars", "Voucher No.", "Gross Total", "CGST", "SGST", "IGST"]
    taxes = preset_called("tally_sales_register").mapping(register)
    assert [column for column, field in taxes.items() if field == "order_tax"] == ["CGST", "SGST", "IGST"]


def test_words_of_a_register_say_what_a_row_is():
    effect = preset_called("tally_sales_register").options.effect_of
    assert [effect(word) for word in ("Sales", "Credit Note", "Receipt", "GST Sales", None, "")] == [
        "sale", "return", "ignore", "sale", "sale", "sale",
    ]  # fmt: skip
    assert preset_called("woocommerce_orders").options.effect_of("wc-cancelled") == "cancelled"
    assert preset_called("vyapar_sale_report").options.effect_of("Credit Note") == "return"
