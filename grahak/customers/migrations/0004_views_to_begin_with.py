"""The saved views that every shop begins with. Their names are translated when shown (customers.seeds)."""

from typing import Any

from django.db import migrations

VIEWS = (
    ("All", ""),
    ("Wholesale", "kind=is:business&sort=-last_order"),
    ("Due to reorder", "due=within:7&sort=due"),
    ("Owes us", "balance=gt:0&sort=-balance"),
    ("New", "created=within:30&sort=-created"),
)


def add(apps: Any, editor: Any) -> None:
    view = apps.get_model("customers", "SavedView")
    for position, (name, query) in enumerate(VIEWS):
        view.objects.get_or_create(
            name=name, by=None, is_shared=True, defaults={"query": query, "position": position}
        )


def remove(apps: Any, editor: Any) -> None:
    apps.get_model("customers", "SavedView").objects.filter(by=None, name__in=[name for name, _query in VIEWS]).delete()


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_same_order_everywhere")]
    operations = [migrations.RunPython(add, remove)]
