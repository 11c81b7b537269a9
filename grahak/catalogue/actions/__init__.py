"""Everything that changes items, categories and service codes: one transaction a verb, with its audit
line."""

from grahak.catalogue.actions.codes import add_service_codes, remove_service_code
from grahak.catalogue.actions.products import (
    add_category,
    add_product,
    archive_product,
    edit_product,
    restore_product,
)

__all__ = [
    "add_category",
    "add_product",
    "add_service_codes",
    "archive_product",
    "edit_product",
    "remove_service_code",
    "restore_product",
]
