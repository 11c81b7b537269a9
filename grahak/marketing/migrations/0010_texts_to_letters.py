"""The words of e-mail campaigns move from texts, one a language, to letters of blocks: there is one way for mails. Each
body becomes one text block as it was typed (several where it is longer than a block holds), tags and all. Texts stay for
the channels of short messages."""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations

LANGUAGES = ("en", "ur", "hi", "gu")
MOST = 20_000
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")


def pieces(body: str) -> list[str]:
    """BODY in pieces that fit into a block, cut between paragraphs where there are any."""
    body = UNFIT.sub("", body.replace("\r\n", "\n"))
    found = []
    while len(body) > MOST:
        cut = body.rfind("\n\n", 0, MOST)
        cut = cut if cut > 0 else MOST
        found.append(body[:cut])
        body = body[cut:].lstrip("\n")
    return [*found, body]


def document(texts: list[Any]) -> dict[str, Any]:
    """The document of a plain letter, in the shape of version 1."""
    written = {text.language: pieces(text.body) for text in texts}
    count = max(len(one) for one in written.values())
    blocks = [
        {
            "id": f"b{at + 1}",
            "type": "text",
            "text": {code: one[at] for code, one in written.items() if len(one) > at and one[at]},
            "align": "start",
        }
        for at in range(count)
    ]
    subjects = {text.language: " ".join(UNFIT.sub("", text.subject).split()) for text in texts}
    return {
        "v": 1,
        "subject": {code: subject for code, subject in subjects.items() if subject},
        "preheader": {},
        "languages": [code for code in LANGUAGES if code in written],
        "blocks": [*blocks, {"id": f"b{count + 1}", "type": "footer", "words": {}}],
    }


def to_letters(apps: Any, schema_editor: Any) -> None:
    Campaign = apps.get_model("marketing", "Campaign")
    Letter = apps.get_model("marketing", "Letter")
    Text = apps.get_model("marketing", "CampaignText")
    for campaign in Campaign.objects.filter(channel="email").iterator(chunk_size=200):
        texts = [
            text for text in Text.objects.filter(campaign=campaign).order_by("pk") if text.language in LANGUAGES
        ]
        if texts and campaign.letter_id is None:
            spoken = [text.language for text in texts]
            own = campaign.default_language if campaign.default_language in spoken else spoken[0]
            letter = Letter.objects.create(
                name=campaign.name, kind="campaign", document=document(texts), default_language=own, by=campaign.by
            )
            Campaign.objects.filter(pk=campaign.pk).update(letter=letter)
        Text.objects.filter(campaign=campaign).delete()


def to_texts(apps: Any, schema_editor: Any) -> None:
    """Back again, as far as plain letters go: their subject and texts."""
    Campaign = apps.get_model("marketing", "Campaign")
    Text = apps.get_model("marketing", "CampaignText")
    for campaign in Campaign.objects.filter(channel="email", letter__kind="campaign").select_related("letter"):
        found = campaign.letter.document
        for code in found.get("languages", []):
            bodies = [block["text"].get(code, "") for block in found["blocks"] if block["type"] == "text"]
            Text.objects.update_or_create(
                campaign=campaign,
                language=code,
                defaults={
                    "subject": found.get("subject", {}).get(code, ""),
                    "body": "\n\n".join(body for body in bodies if body),
                },
            )


class Migration(migrations.Migration):
    dependencies = [("marketing", "0009_parts_only")]
    operations = [migrations.RunPython(to_letters, to_texts)]
