"""The seven roles that come with Grahak, as rows."""

from typing import Any

from django.db import migrations

CODES = ("owner", "manager", "salesman", "marketer", "agent", "analyst", "counter")


def add(apps: Any, schema_editor: Any) -> None:
    roles = apps.get_model("core", "ShopRole")
    for place, code in enumerate(CODES):
        roles.objects.get_or_create(
            code=code, defaults={"based_on": code, "is_built_in": True, "position": place}
        )


class Migration(migrations.Migration):
    dependencies = [("core", "0005_roles")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
