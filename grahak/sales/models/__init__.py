"""Orders, payments, the khata and their sums."""

from grahak.sales.models.deals import (
    NO_DAY,
    Deal,
    DealLine,
    DealOrder,
    DealSlip,
    DealStage,
    LostReason,
    Pipeline,
    StageChange,
    StageFigures,
    StageKind,
)
from grahak.sales.models.figures import CustomerFigures, DaySales
from grahak.sales.models.ledger import LedgerEntry, LedgerKind, Payment, PaymentMethod
from grahak.sales.models.order import Order, OrderKind, OrderLine

__all__ = [
    "NO_DAY",
    "CustomerFigures",
    "DaySales",
    "Deal",
    "DealLine",
    "DealOrder",
    "DealSlip",
    "DealStage",
    "LedgerEntry",
    "LedgerKind",
    "LostReason",
    "Order",
    "OrderKind",
    "OrderLine",
    "Payment",
    "PaymentMethod",
    "Pipeline",
    "StageChange",
    "StageFigures",
    "StageKind",
]
