"""Database fields that keep decimals exact on every database.

SQLite stores a DecimalField as a float, so sums drift; these store a whole number of ten-thousandths
(thousandths for quantities) in a 64-bit integer and speak Decimal to Python. Sum() and ordering are exact.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _


class FixedField(models.BigIntegerField):
    """A Decimal with a fixed number of places, stored as an integer. Holds up to 9.2 × 10^18 units."""

    if TYPE_CHECKING:  # what django-stubs reads as the types that are set and got
        _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def __init__(self, *args: Any, places: int = 4, **kwargs: Any) -> None:
        self.places = places
        self.unit = 10**places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["places"] = self.places
        return name, path, args, kwargs

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value if type(value) is int else int(value)).scaleb(-self.places)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(_("“%(value)s” is not a number."), params={"value": value}) from None

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return int((Decimal(str(value)) * self.unit).to_integral_value(ROUND_HALF_UP))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        from grahak.core.forms import AmountField

        return models.Field.formfield(self, **{"form_class": AmountField, "places": self.places, **kwargs})

    @property
    def validators(self) -> list[Any]:  # type: ignore[override]
        return list(self._validators)  # type: ignore[attr-defined]


class MoneyField(FixedField):
    """An amount in the installation's currency of account, to a ten-thousandth of its unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("places", None)
        super().__init__(*args, places=4, **kwargs)


class QuantityField(FixedField):
    """Pieces, kilograms or metres, to a thousandth."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("places", None)
        super().__init__(*args, places=3, **kwargs)
