"""PostgreSQL sorts text by the server's locale; names, keys and identities are compared and cut into prefixes by
code point here, as on SQLite, so that lists and searches agree on both."""

from typing import Any

from django.db import migrations

COLUMNS = (
    ("customers_customer", "name_sort", 200),
    ("customers_namekey", "token", 40),
    ("customers_identity", "value", 254),
)


def collate(name: str) -> Any:
    def change(apps: Any, editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            return
        for table, column, length in COLUMNS:
            editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE "{name}"')

    return change


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_indexes_for_finding")]
    operations = [migrations.RunPython(collate("C"), collate("default"))]
