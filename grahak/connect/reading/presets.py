"""What we know of well-known exports: their columns, and how their rows make orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

from grahak.connect.reading.synonyms import ImportKind, heading_key

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Effect = Literal["sale", "return", "cancelled", "ignore"]


@dataclass(frozen=True)
class Options:
    """How the rows of a file make orders. The defaults suit one row a line with everything on it."""

    # "items": a row is a line of an order; "totals": a row is a whole order, of which only the sum is known
    rows_are: Literal["items", "totals"] = "items"
    # Later rows of an order leave the order's own columns empty (Shopify)
    order_columns_on_first_row: bool = False
    # The order's own amounts (order_total, order_tax, shipping, …) stand on each of its rows: count them once
    order_amounts_repeat: bool = False
    # An order number that starts so is a cancellation or return of goods (Online Retail: "C")
    cancelled_prefix: str = ""
    # Negative quantities are returns
    negative_is_return: bool = True
    # Codes that are services, fees and corrections, not goods: kept out of product revenue, shown apart
    service_codes: frozenset[str] = frozenset()
    # What the words of the columns "kind" and "payment_status" mean, by heading_key; others are sales
    kind_words: dict[str, Effect] = field(default_factory=dict)
    # Prices include the tax; None where the file does not tell
    tax_included: bool | None = None
    # A customer's e-mail or phone identifies him if the file has no customer number
    day_first: bool | None = None

    def effect_of(self, word: object) -> Effect:
        """What a cell of the column "kind" makes of its row; empty or unknown words are sales."""
        return self.kind_words.get(heading_key(str(word)), "sale") if word is not None else "sale"


@dataclass(frozen=True)
class Preset:
    """A known export. `headings` maps its headings, in any spelling, to fields.

    Of each group of `telltale` one heading must be there, and none of `absent`.
    """

    code: str
    name: StrOrPromise
    kind: ImportKind
    headings: dict[str, str]
    telltale: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)

    def fits(self, columns: Iterable[str]) -> bool:
        """Whether the columns are this export's."""
        keys = {heading_key(column) for column in columns}
        if any(heading_key(word) in keys for word in self.absent):
            return False
        return all(any(heading_key(word) in keys for word in group) for group in self.telltale)

    def mapping(self, columns: Iterable[str]) -> dict[str, str]:
        """Column → field for the columns there are; earlier headings win where a field is named twice."""
        fields = {heading_key(heading): target for heading, target in self.headings.items()}
        order = {key: place for place, key in enumerate(fields)}
        present = sorted(
            (order[key], column, fields[key]) for column in columns if (key := heading_key(column)) in fields
        )
        mapped: dict[str, str] = {}
        taken: set[str] = set()
        for _place, column, target in present:
            if target.endswith("+"):
                target = target[:-1]
            elif target in taken:
                continue
            taken.add(target)
            mapped[column] = target
        return mapped


# The codes of the Online Retail data that are no goods: carriage, fees, corrections, samples, gift vouchers.
ONLINE_RETAIL_SERVICES = frozenset(
    {
        "POST", "DOT", "M", "m", "D", "S", "C2", "CRUK", "PADS", "AMAZONFEE", "BANK CHARGES", "B",
        "gift_0001_10", "gift_0001_20", "gift_0001_30", "gift_0001_40", "gift_0001_50",
    }
)  # fmt: skip

# A register with one of these has a row for each item, and its sums are not those of the bill.
_ITEM_HEADINGS = (
    "Item Name",
    "Item",
    "Product Name",
    "Product",
    "Item Code",
    "SKU",
    "Item Details",
    "Name of Item",
)

ONLINE_RETAIL = Preset(
    code="online_retail",
    name=_("Online Retail (the demo's data)"),
    kind="orders",
    headings={
        "invoice": "order_number",
        "InvoiceNo": "order_number",
        "stock_code": "product_code",
        "description": "product_name",
        "quantity": "quantity",
        "invoice_date": "ordered_at",
        "unit_price": "unit_price",
        "price": "unit_price",
        "customer_id": "customer_external_id",
        "country": "country",
    },
    telltale=(
        ("invoice", "InvoiceNo"),
        ("StockCode",),
        ("InvoiceDate",),
        ("CustomerID",),
        ("UnitPrice", "price"),
    ),
    options=Options(cancelled_prefix="C", service_codes=ONLINE_RETAIL_SERVICES),
)
SHOPIFY = Preset(
    code="shopify_orders",
    name=_("Shopify orders"),
    kind="orders",
    headings={
        "Name": "order_number",
        "Created at": "ordered_at",
        "Billing Name": "customer_name",
        "Shipping Name": "customer_name",
        "Email": "customer_email",
        "Phone": "customer_phone",
        "Billing Phone": "customer_phone",
        "Shipping Phone": "customer_phone",
        "Billing City": "city",
        "Shipping City": "city",
        "Billing Country": "country",
        "Shipping Country": "country",
        "Lineitem sku": "product_code",
        "Lineitem name": "product_name",
        "Lineitem quantity": "quantity",
        "Lineitem price": "unit_price",
        "Lineitem discount": "line_discount",
        "Discount Amount": "order_discount",
        "Taxes": "order_tax",
        "Shipping": "shipping",
        "Total": "order_total",
        "Financial Status": "payment_status",
        "Refunded Amount": "refunded_amount",
        "Cancelled at": "cancelled_at",
        "Currency": "currency",
        "Employee": "salesman",
        "Location": "branch",
        "Notes": "note",
    },
    telltale=(("Name",), ("Lineitem name",), ("Lineitem quantity",), ("Financial Status",), ("Created at",)),
    options=Options(
        order_columns_on_first_row=True,
        kind_words={"voided": "cancelled", "expired": "cancelled"},
    ),
)
WOOCOMMERCE = Preset(
    code="woocommerce_orders",
    name=_("WooCommerce orders"),
    kind="orders",
    headings={
        "order_number": "order_number",
        "order_id": "order_number",
        "order_date": "ordered_at",
        "date": "ordered_at",
        "date_created": "ordered_at",
        "customer_id": "customer_external_id",
        "customer_user": "customer_external_id",
        "billing_first_name": "customer_name+",
        "billing_last_name": "customer_name+",
        "First Name (Billing)": "customer_name+",
        "Last Name (Billing)": "customer_name+",
        "billing_email": "customer_email",
        "Email (Billing)": "customer_email",
        "customer_email": "customer_email",
        "billing_phone": "customer_phone",
        "Phone (Billing)": "customer_phone",
        "billing_city": "city",
        "City (Billing)": "city",
        "billing_country": "country",
        "Country Code (Billing)": "country",
        "item_sku": "product_code",
        "SKU": "product_code",
        "item_name": "product_name",
        "item_quantity": "quantity",
        "Quantity": "quantity",
        "Quantity (- Refund)": "quantity",
        "item_price": "unit_price",
        "Item Cost": "unit_price",
        "item_total": "line_total",
        "item_tax": "line_tax",
        "item_total_tax": "line_tax",
        "discount_total": "order_discount",
        "Cart Discount Amount": "order_discount",
        "tax_total": "order_tax",
        "Order Total Tax Amount": "order_tax",
        "shipping_total": "shipping",
        "Order Shipping Amount": "shipping",
        "order_total": "order_total",
        "Order Total Amount": "order_total",
        "order_currency": "currency",
        "status": "kind",
        "Order Status": "kind",
        "refunded_total": "refunded_amount",
        "Order Refund Amount": "refunded_amount",
        "item #": "line_ordinal",
        "customer_note": "note",
    },
    telltale=(
        ("order_number", "order_id"),
        ("order_date", "date", "date_created"),
        ("billing_first_name", "billing_email", "billing_phone", "First Name (Billing)", "Email (Billing)"),
        ("order_total", "Order Total Amount"),
    ),
    options=Options(
        order_amounts_repeat=True,
        kind_words={
            "cancelled": "cancelled",
            "wccancelled": "cancelled",
            "failed": "cancelled",
            "wcfailed": "cancelled",
            "trash": "ignore",
            "checkoutdraft": "ignore",
        },
    ),
)
TALLY = Preset(
    code="tally_sales_register",
    name=_("Sales register (Tally, Busy, Marg)"),
    kind="orders",
    headings={
        "Date": "ordered_at",
        "Voucher Date": "ordered_at",
        "Vch No.": "order_number",
        "Voucher No.": "order_number",
        "Vch/Bill No": "order_number",
        "Bill No.": "order_number",
        "Bill Date": "ordered_at",
        "Party Name": "customer_name",
        "Particulars": "customer_name",
        "Buyer": "customer_name",
        "Vch Type": "kind",
        "Voucher Type": "kind",
        "Gross Total": "order_total",
        "Bill Amount": "order_total",
        "Debit": "order_total",
        "Debit Amount": "order_total",
        "CGST": "order_tax+",
        "SGST": "order_tax+",
        "IGST": "order_tax+",
        "Output CGST": "order_tax+",
        "Output SGST": "order_tax+",
        "Output IGST": "order_tax+",
        "Narration": "note",
    },
    telltale=(
        ("Date", "Voucher Date", "Bill Date"),
        ("Particulars", "Party Name"),
        ("Vch No.", "Voucher No.", "Vch/Bill No", "Bill No."),
        ("Gross Total", "Debit", "Debit Amount", "Bill Amount"),
    ),
    absent=_ITEM_HEADINGS,
    options=Options(
        rows_are="totals",
        day_first=True,
        kind_words={
            "creditnote": "return",
            "salesreturn": "return",
            "cancelled": "cancelled",
            "receipt": "ignore",
            "payment": "ignore",
            "journal": "ignore",
            "contra": "ignore",
            "purchase": "ignore",
            "debitnote": "ignore",
            "purchasereturn": "ignore",
            "salesorder": "ignore",
            "deliverynote": "ignore",
        },
    ),
)
VYAPAR = Preset(
    code="vyapar_sale_report",
    name=_("Vyapar sale report"),
    kind="orders",
    headings={
        "Date": "ordered_at",
        "Invoice Date": "ordered_at",
        "Invoice No": "order_number",
        "Invoice Number": "order_number",
        "Party Name": "customer_name",
        "Party Phone No.": "customer_phone",
        "Phone No": "customer_phone",
        "Transaction Type": "kind",
        "Txn Type": "kind",
        "Invoice Type": "kind",
        "Total Amount": "order_total",
        "Received Amount": "received_amount",
        "Received/Paid Amount": "received_amount",
        "Paid Amount": "received_amount",
        "Payment Status": "payment_status",
        "Description": "note",
    },
    telltale=(
        ("Invoice No", "Invoice Number"),
        ("Party Name",),
        ("Total Amount",),
        ("Received Amount", "Received/Paid Amount", "Paid Amount", "Balance Due"),
    ),
    absent=_ITEM_HEADINGS,
    options=Options(
        rows_are="totals",
        day_first=True,
        kind_words={
            "creditnote": "return",
            "salereturn": "return",
            "salecancelled": "cancelled",
            "purchase": "ignore",
            "debitnote": "ignore",
            "purchasereturn": "ignore",
            "paymentin": "ignore",
            "paymentout": "ignore",
            "saleorder": "ignore",
            "estimate": "ignore",
            "deliverychallan": "ignore",
            "expense": "ignore",
        },
    ),
)
PRESETS: tuple[Preset, ...] = (ONLINE_RETAIL, SHOPIFY, WOOCOMMERCE, VYAPAR, TALLY)


def detect_preset(columns: Iterable[str]) -> Preset | None:
    """The known export these column names belong to, if any."""
    names = tuple(columns)
    return next((preset for preset in PRESETS if preset.fits(names)), None)


def preset_called(code: str) -> Preset:
    """The preset with this code; KeyError if there is none."""
    return {preset.code: preset for preset in PRESETS}[code]
