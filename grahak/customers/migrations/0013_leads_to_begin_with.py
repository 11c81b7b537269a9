"""The sources of leads, reasons of loss and kinds of relations that every shop begins with. Their names are translated
when shown (customers.leads.seeds, customers.relations.seeds)."""

from typing import Any

from django.db import migrations

SOURCES = (
    ("walk_in", "Walked in"),
    ("phone", "Rang up"),
    ("whatsapp", "WhatsApp"),
    ("web_form", "Web form"),
    ("exhibition", "Exhibition"),
    ("referral", "Sent by a customer"),
    ("visit", "Salesman’s round"),
    ("social", "Instagram or Facebook"),
    ("file", "Brought in by a file"),
    ("other", "Something else"),
)
REASONS = (
    ("price", "Too dear"),
    ("elsewhere", "Bought elsewhere"),
    ("not_ours", "Wanted what we do not sell"),
    ("credit", "Wanted more credit"),
    ("silent", "Never answered"),
    ("wrong", "Wrong number, or not serious"),
    ("later", "Not now, perhaps later"),
)
KINDS = (
    ("branch", "branch of", "head office of", True),
    ("owner", "same owner as", "same owner as", False),
    ("family", "family of", "family of", False),
    ("buys_for", "buys for", "is bought for by", False),
    ("supplies", "supplies", "is supplied by", False),
    ("guarantor", "stands surety for", "has the surety of", False),
)


def add(apps: Any, editor: Any) -> None:
    for model, words in (("LeadSource", SOURCES), ("LostReason", REASONS)):
        rows = apps.get_model("customers", model).objects
        for position, (code, name) in enumerate(words):
            rows.get_or_create(name=name, defaults={"code": code, "position": position})
    kinds = apps.get_model("customers", "RelationKind").objects
    for position, (code, forward, backward, chain) in enumerate(KINDS):
        kinds.get_or_create(
            forward=forward,
            backward=backward,
            defaults={"code": code, "is_chain": chain, "position": position},
        )


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_leads_and_relations")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
