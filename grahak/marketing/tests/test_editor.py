"""The block editor through HTTP, as it works without a script: every button, who may press it, and two at once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from grahak.catalogue.models import Product
from grahak.channels.models import Dispatch
from grahak.core.models import AuditEntry, User
from grahak.marketing.letters import actions
from grahak.marketing.models import Campaign, Letter, LetterStep, Picture, SavedBlock
from tests.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(amina: User) -> Letter:
    """Subject, a heading, a text and the foot, in English; shop's language English."""
    return actions.create(
        "New shades",
        by=amina,
        document={
            "languages": ["en", "ur"],
            "subject": {"en": "New shades are in"},
            "blocks": [
                {"id": "b1", "type": "heading", "text": {"en": "Just in"}},
                {"id": "b2", "type": "text", "text": {"en": "Dear {{ contact.first_name }},"}},
                {"id": "b3", "type": "footer"},
            ],
        },
    )


def types(letter: Letter) -> list[str]:
    letter.refresh_from_db()
    return [block["type"] for block in letter.document["blocks"]]


def press(client: Client, letter: Letter, do: str, *, status: Any = 302, **data: Any) -> Any:
    """Press a button of the editor as its form would, without a script."""
    letter.refresh_from_db()
    sent = {"do": do, "version": letter.version, "language": "en", "page": "p1", "block": "", **data}
    answer = client.post(f"/letters/{letter.pk}/", sent)
    assert answer.status_code == status, answer.content.decode()[:2000]
    letter.refresh_from_db()
    return answer


def block(letter: Letter, name: str) -> dict[str, Any]:
    found = [*letter.document["blocks"]]
    while found:
        one = found.pop()
        if one["id"] == name:
            return one
        for column in one.get("columns", ()):
            found += column
    raise LookupError(name)


def test_the_editor_shows_every_block_with_its_buttons(as_amina: Client, letter: Letter) -> None:
    page = as_amina.get(f"/letters/{letter.pk}/").content.decode()
    assert 'value="up:b2"' in page
    assert 'value="remove:b1"' in page
    assert 'value="remove:b3"' not in page  # the foot stays
    assert "First name" in page  # the tag stands as its name
    assert 'value="New shades are in"' in page


def test_words_are_kept_with_any_button(as_amina: Client, letter: Letter) -> None:
    said = {"f-text": "Fresh in", "f-size": "1", "f-align": "center"}
    answer = press(as_amina, letter, "open:b2", block="b1", shown="text,size,align", **said)
    assert answer["Location"] == f"/letters/{letter.pk}/?language=en&block=b2#panel"
    assert block(letter, "b1") == {
        "id": "b1", "type": "heading", "text": {"en": "Fresh in"}, "size": "1", "align": "center",
    }  # fmt: skip


def test_blocks_are_added_moved_copied_and_taken_out(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "add:button:after:b1")
    assert types(letter) == ["heading", "button", "text", "footer"]
    press(as_amina, letter, "down:b4")
    assert types(letter) == ["heading", "text", "button", "footer"]
    press(as_amina, letter, "down:b4")  # the foot stays last
    assert types(letter) == ["heading", "text", "button", "footer"]
    press(as_amina, letter, "move:b4:before:b1")
    assert types(letter) == ["button", "heading", "text", "footer"]
    press(as_amina, letter, "copy:b1")
    assert types(letter) == ["button", "heading", "heading", "text", "footer"]
    press(as_amina, letter, "remove:b4")
    assert types(letter) == ["heading", "heading", "text", "footer"]
    press(as_amina, letter, "add:divider:end")
    assert types(letter) == ["heading", "heading", "text", "divider", "footer"]
    press(as_amina, letter, "add:spacer:start")
    assert types(letter)[0] == "spacer"


def test_the_foot_cannot_be_taken_out_or_moved(as_amina: Client, letter: Letter) -> None:
    for do in ("remove:b3", "up:b3", "copy:b3", "move:b3:before:b1"):
        answer = press(as_amina, letter, do, status=422)
        assert "the law asks for it" in answer.content.decode()
    assert types(letter) == ["heading", "text", "footer"]


def test_columns_hold_blocks_one_level_deep(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "add:columns:after:b2")
    press(as_amina, letter, "move:b1:in:b4:0")
    press(as_amina, letter, "add:text:in:b4:1")
    held = [[one["type"] for one in column] for column in block(letter, "b4")["columns"]]
    assert held == [["heading"], ["text"]]
    press(as_amina, letter, "on:b1")
    held = [[one["type"] for one in column] for column in block(letter, "b4")["columns"]]
    assert held == [[], ["text", "heading"]]
    press(as_amina, letter, "columns:b4:3")
    assert len(block(letter, "b4")["columns"]) == 3
    press(as_amina, letter, "add:columns:in:b4:0", status=422)
    press(as_amina, letter, "move:b2:in:b4:2")
    press(as_amina, letter, "columns:b4:2")
    assert [one["id"] for one in block(letter, "b4")["columns"][1]] == ["b5", "b1", "b2"]  # nothing is lost


def test_steps_are_taken_back_and_done_again(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "remove:b1")
    press(as_amina, letter, "add:divider:end")
    press(as_amina, letter, "undo")
    assert types(letter) == ["text", "footer"]
    press(as_amina, letter, "undo")
    assert types(letter) == ["heading", "text", "footer"]
    press(as_amina, letter, "redo")
    press(as_amina, letter, "redo")
    assert types(letter) == ["text", "divider", "footer"]
    press(as_amina, letter, "undo")
    press(as_amina, letter, "add:spacer:end")  # what was taken back is gone with a new step
    press(as_amina, letter, "redo")
    assert types(letter) == ["text", "spacer", "footer"]


def test_the_toast_takes_a_removal_back(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "remove:b1")
    as_amina.post(f"/letters/{letter.pk}/undo/")
    assert types(letter) == ["heading", "text", "footer"]


def test_typing_on_in_one_place_is_one_step(as_amina: Client, letter: Letter) -> None:
    for typed in ("J", "Ju", "Jus"):
        press(as_amina, letter, "auto", block="b1", shown="text,size,align",
              **{"f-text": typed, "f-size": "2", "f-align": "start"})  # fmt: skip
    assert LetterStep.objects.filter(letter=letter).count() == 1
    press(as_amina, letter, "undo")
    assert block(letter, "b1")["text"] == {"en": "Just in"}


def test_two_at_once_do_not_overwrite_each_other_unseen(as_amina: Client, letter: Letter) -> None:
    bano = User.objects.create_user("bano@kapasi.example", PASSWORD, name="Bano", role="marketer")
    seen = letter.version
    press(signed_in(bano), letter, "remove:b1", page="p2")
    mine = {"block": "b2", "shown": "text,align", "f-text": "My words", "f-align": "start"}
    answer = press(as_amina, letter, "save", status=409, version=seen, **mine)
    page = answer.content.decode()
    assert "Bano changed this letter" in page
    assert "My words" in page  # what was typed is still there
    assert block(letter, "b2")["text"] == {"en": "Dear {{ contact.first_name }},"}
    press(as_amina, letter, "anyway", version=seen, **mine)
    assert block(letter, "b2")["text"] == {"en": "My words"}
    assert types(letter) == ["text", "footer"]  # and Bano's change stands


def test_ones_own_page_never_stands_in_ones_way(as_amina: Client, letter: Letter) -> None:
    seen = letter.version
    press(as_amina, letter, "add:divider:end", version=seen)
    press(as_amina, letter, "add:spacer:end", version=seen)  # pressed before the answer came
    assert types(letter) == ["heading", "text", "divider", "spacer", "footer"]


def test_words_of_another_language_are_copied_and_kept_apart(as_amina: Client, letter: Letter) -> None:
    page = as_amina.get(f"/letters/{letter.pk}/?language=ur&block=b1").content.decode()
    assert 'dir="rtl"' in page
    assert "Copy from English" in page
    press(as_amina, letter, "fill:en:b1", language="ur", block="b1")
    assert block(letter, "b1")["text"] == {"en": "Just in", "ur": "Just in"}
    assert block(letter, "b2")["text"] == {"en": "Dear {{ contact.first_name }},"}
    press(as_amina, letter, "save", language="ur", block="b1", shown="text", subject="نئے رنگ",
          **{"f-text": "ابھی آیا"})  # fmt: skip
    assert block(letter, "b1")["text"] == {"en": "Just in", "ur": "ابھی آیا"}
    assert letter.document["subject"] == {"en": "New shades are in", "ur": "نئے رنگ"}
    press(as_amina, letter, "language:hi")
    assert letter.document["languages"] == ["en", "ur", "hi"]
    press(as_amina, letter, "fill:en", language="hi")
    assert block(letter, "b1")["text"]["hi"] == "Just in"
    press(as_amina, letter, "drop:hi", language="hi")
    assert letter.document["languages"] == ["en", "ur"]


def test_the_letters_own_language_is_chosen_and_never_missing(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "own:ur", language="ur")
    assert letter.default_language == "ur"
    press(as_amina, letter, "own:gu", language="ur", status=422)
    press(as_amina, letter, "drop:ur", language="ur")
    assert (letter.document["languages"], letter.default_language) == (["en"], "en")


def test_products_are_found_by_code_name_and_choice(as_amina: Client, letter: Letter) -> None:
    red = Product.objects.create(code="BAN-7", name="Bandhani red")
    Product.objects.create(code="BAN-8", name="Bandhani blue")
    press(as_amina, letter, "add:product:end")
    press(as_amina, letter, "find", block="b4", item="ban-8")
    press(as_amina, letter, "find", block="b4", item="bandhani red")
    assert block(letter, "b4")["codes"] == ["BAN-8", "BAN-7"]
    answer = press(as_amina, letter, "find", block="b4", item="bandhani", status=422)
    assert "Several items fit" in answer.content.decode()
    press(as_amina, letter, "no_item:BAN-8", block="b4")
    press(as_amina, letter, "no_item:BAN-7", block="b4")
    press(as_amina, letter, "find", block="b4", item="", item_id=str(red.pk))
    assert block(letter, "b4")["codes"] == ["BAN-7"]
    assert b"Bandhani blue" in as_amina.get("/letters/items/?q=blue").content


def test_a_picture_is_sent_chosen_and_taken_out(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "add:picture:end")
    press(as_amina, letter, "upload", block="b4", file=SimpleUploadedFile("BAN-7.png", _png()))
    picture = Picture.objects.get()
    assert block(letter, "b4")["picture"] == picture.pk
    answer = press(
        as_amina,
        letter,
        "upload",
        block="b4",
        status=422,
        file=SimpleUploadedFile("x.png", b"<svg onload=x>"),
    )
    assert "not a PNG" in answer.content.decode()
    press(as_amina, letter, "picture:", block="b4")
    assert block(letter, "b4")["picture"] is None
    press(as_amina, letter, f"picture:{picture.pk}", block="b4")
    assert block(letter, "b4")["picture"] == picture.pk
    shown = Client().get(f"/p/{picture.token}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert "immutable" in shown["Cache-Control"]


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "PNG")
    return out.getvalue()


def test_a_block_is_kept_put_into_another_letter_and_forgotten(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "keep", block="b1", shown="text", keep_name="Our hello", **{"f-text": "Hello"})
    kept = SavedBlock.objects.get()
    assert (kept.name, kept.block["text"]) == ("Our hello", {"en": "Hello"})
    press(as_amina, letter, f"saved:{kept.pk}:end")
    assert types(letter) == ["heading", "text", "heading", "footer"]
    press(as_amina, letter, f"forget:{kept.pk}")
    assert not SavedBlock.objects.exists()
    press(as_amina, letter, "keep", block="b1", status=422, keep_name=" ")


def test_a_value_that_does_not_fit_is_told_at_its_field(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "add:product:end")
    press(as_amina, letter, "save", block="b4", shown="pick", **{"f-pick": "new"})
    answer = press(
        as_amina,
        letter,
        "save",
        block="b4",
        status=422,
        shown="pick,count",
        **{"f-pick": "new", "f-count": "99"},
    )
    page = answer.content.decode()
    assert 'id="f-count-error"' in page
    assert 'value="99"' in page


def test_a_letter_is_renamed_and_each_change_is_in_the_log(as_amina: Client, letter: Letter) -> None:
    press(as_amina, letter, "rename", name="Autumn shades")
    assert letter.name == "Autumn shades"
    press(as_amina, letter, "remove:b1")
    done = list(
        AuditEntry.objects.filter(action__startswith="marketing.letter").values_list("action", flat=True)
    )
    assert done.count("marketing.letter.renamed") == 1
    assert done.count("marketing.letter.edited") == 1


def test_a_press_that_no_button_makes_changes_nothing(as_amina: Client, letter: Letter) -> None:
    before = letter.document
    strange = (
        "up:zz move:b1 move:b1:in:b2:0 add:footer:end add:script:end saved:9:end columns:b1:2 picture:9 find"
    )
    for do in (*strange.split(), "language:xx", "fill:zz", "item:", "add:columns:in:b1:0", ""):
        letter.refresh_from_db()
        answer = as_amina.post(
            f"/letters/{letter.pk}/", {"do": do, "version": letter.version, "language": "en"}
        )
        assert answer.status_code in (302, 422), do
    letter.refresh_from_db()
    assert letter.document["blocks"] == before["blocks"]


def test_what_was_sent_is_only_looked_at(as_amina: Client, amina: User, letter: Letter) -> None:
    campaign = Campaign.objects.create(name="New shades", by=amina)
    own = actions.for_campaign(campaign, letter, by=amina)
    page = as_amina.get(f"/letters/{own.pk}/").content.decode()
    assert campaign.get_absolute_url() in page  # the way back
    campaign.dispatch = Dispatch.objects.create(renderer="campaign", subject_id=campaign.pk)
    campaign.save()
    answer = as_amina.post(
        f"/letters/{own.pk}/", {"do": "remove:b1", "version": own.version, "language": "en"}
    )
    assert answer["Location"] == f"/letters/{own.pk}/preview/"
    assert types(own) == ["heading", "text", "footer"]


def test_only_those_who_prepare_campaigns_may_change_letters(as_bilal: Client, letter: Letter) -> None:
    analyst = User.objects.create_user("dev@kapasi.example", PASSWORD, name="Dev", role="analyst")
    reads = signed_in(analyst)
    for path in (f"/letters/{letter.pk}/", "/pictures/", "/settings/mail-look/"):
        assert as_bilal.get(path).status_code == 404
        assert reads.get(path).status_code == 404
        assert Client().get(path)["Location"].startswith("/login/")
    assert reads.post(f"/letters/{letter.pk}/", {"do": "remove:b1"}).status_code == 404
    assert reads.get("/letters/").status_code == 200
    assert reads.get(f"/letters/{letter.pk}/preview/").status_code == 200
    assert as_bilal.get("/letters/").status_code == 404


def test_a_letter_of_many_blocks_asks_the_database_no_more(as_amina: Client, letter: Letter) -> None:
    def queries() -> int:
        as_amina.get(f"/letters/{letter.pk}/")
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get(f"/letters/{letter.pk}/").status_code == 200
        return len(seen)

    few = queries()
    for _round in range(10):
        for kind in ("divider", "spacer", "text"):
            press(as_amina, letter, f"add:{kind}:end")
    assert queries() == few
