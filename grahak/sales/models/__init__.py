"""Orders, payments, the khata and their sums."""

from grahak.sales.models.figures import CustomerFigures, DaySales
from grahak.sales.models.ledger import LedgerEntry, LedgerKind, Payment, PaymentMethod
from grahak.sales.models.order import Order, OrderKind, OrderLine

__all__ = [
    "CustomerFigures",
    "DaySales",
    "LedgerEntry",
    "LedgerKind",
    "Order",
    "OrderKind",
    "OrderLine",
    "Payment",
    "PaymentMethod",
]
