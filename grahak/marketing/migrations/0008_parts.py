"""Whom a campaign is for becomes its parts: one, of a segment, of a view of the customer list, or of those chosen."""

from typing import Any
from urllib.parse import parse_qs

from django.db import migrations


def into_parts(apps: Any, schema_editor: Any) -> None:
    campaigns = apps.get_model("marketing", "Campaign").objects.all()
    part = apps.get_model("marketing", "AudiencePart")
    segments = set(apps.get_model("insight", "Segment").objects.values_list("pk", flat=True))
    rows = []
    for pk, whom, query in campaigns.values_list("pk", "whom", "query").iterator(chunk_size=1_000):
        if whom != "query":
            rows.append(part(campaign_id=pk))
            continue
        asked = query.lstrip("?")
        segment = _segment(asked)
        if segment in segments:
            rows.append(part(campaign_id=pk, segment_id=segment))
        else:
            rows.append(part(campaign_id=pk, query=f"?{asked}"[:4000]))
    part.objects.bulk_create(rows, batch_size=500)


def _segment(query: str) -> int | None:
    """The segment whose members, and nobody else, a view asks for."""
    asked = parse_qs(query, keep_blank_values=True)
    values = asked.get("segment", [])
    number = values[0].removeprefix("is:") if len(values) == 1 and set(asked) == {"segment"} else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


def out_of_parts(apps: Any, schema_editor: Any) -> None:
    campaign = apps.get_model("marketing", "Campaign")
    for part in apps.get_model("marketing", "AudiencePart").objects.filter(minus=False).order_by("pk"):
        query = f"segment=is:{part.segment_id}" if part.segment_id else part.query.lstrip("?")
        whom = "query" if part.segment_id or part.query else "chosen"
        campaign.objects.filter(pk=part.campaign_id).update(whom=whom, query=query)


class Migration(migrations.Migration):
    dependencies = [("insight", "0003_standing_opportunities"), ("marketing", "0007_forms_at_work")]
    operations = [migrations.RunPython(into_parts, out_of_parts)]
