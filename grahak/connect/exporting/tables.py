"""Which tables an export holds, which it leaves out and why, and their columns. Nothing is listed by hand: a table that
a room adds is exported from the day it is there, unless it is left out here with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models

from grahak.core.fields import FixedField

# Why a table is not the business's own to take along
LEFT_OUT: Final[dict[str, str]] = {
    "core.ApiKey": "keys open this installation only",
    "core.JobLease": "work of this moment",
    "core.Change": "log for the warehouse, made of the other tables",
    "core.ChangeReader": "place in that log",
    "core.Setting": "figures and places of this installation",
    "core.Invitation": "links that open this installation only",
    "customers.NameKey": "made of the names, for finding",
    "connect.KeptAnswer": "answers kept for a day",
    "connect.Allowance": "how often a key asked",
    "connect.Happening": "outbox of webhooks",
    "connect.Telling": "outbox of webhooks",
    "connect.Attempt": "outbox of webhooks",
    "connect.ExportRun": "exports themselves",
}
SECRET_NAMES: Final = ("password", "digest", "token", "secret", "_sealed", "sealed")


@dataclass(frozen=True)
class Column:
    """NAME in the file, how it is read (PATH), its TYPE in words and in DuckDB's SQL, and what it SAYS."""

    name: str
    type: str
    sql: str
    says: str


@dataclass(frozen=True)
class Table:
    """One file of the export."""

    name: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    says: str


def every_model() -> list[type[models.Model]]:
    """Grahak's own tables, and the many-to-many ones between them."""
    found: list[type[models.Model]] = []
    for config in apps.get_app_configs():
        if config.name.startswith("grahak."):
            found += [one for one in config.get_models(include_auto_created=True) if one._meta.managed]
    return [one for one in found if not one._meta.proxy]


def tables() -> list[Table]:
    """Every table that is exported, by room and name."""
    found = [_table(one) for one in every_model() if one._meta.label not in LEFT_OUT]
    return sorted((one for one in found if one.columns), key=lambda one: one.name)


def _table(model: type[models.Model]) -> Table:
    columns = tuple(_column(field) for field in model._meta.concrete_fields if _is_told(field))
    says = " ".join((model.__doc__ or "").split())
    if says.startswith(f"{model.__name__}("):
        says = ""
    return Table(model._meta.db_table, model, columns, says)


def _is_told(field: models.Field[Any, Any]) -> bool:
    name = field.name.lower()
    return not isinstance(field, models.BinaryField) and not any(name.endswith(end) for end in SECRET_NAMES)


def _column(field: models.Field[Any, Any]) -> Column:
    target: Any = field
    says = str(getattr(field, "verbose_name", field.name))
    while getattr(target, "remote_field", None) and target.remote_field:
        says = f"→ {target.remote_field.model._meta.db_table}.{target.target_field.attname}"
        target = target.target_field
    kind, sql = _kind(target)
    choices = [str(code) for code, _words in (field.flatchoices or ()) if code not in ("", None)]
    if choices and len(choices) <= 20:
        says = f"{says}: {', '.join(choices)}"
    return Column(field.attname, kind, sql, says)


def _kind(field: Any) -> tuple[str, str]:
    match field:
        case FixedField():
            return ("amount" if field.places == 4 else "quantity"), f"DECIMAL(18,{field.places})"
        case models.DecimalField():
            return "decimal", f"DECIMAL({field.max_digits},{field.decimal_places})"
        case models.BooleanField():
            return "true or false", "BOOLEAN"
        case models.DateTimeField():
            return "moment (UTC)", "TIMESTAMPTZ"
        case models.DateField():
            return "day", "DATE"
        case models.IntegerField():
            return "whole number", "BIGINT"
        case models.FloatField():
            return "number", "DOUBLE"
        case models.JSONField():
            return "JSON", "VARCHAR"
    return "text", "VARCHAR"
