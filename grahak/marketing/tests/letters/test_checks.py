"""What is told before a letter is sent, at its block, field and language; tags of other products; what people do."""

import pytest
from django.utils import translation

from grahak.core.refusals import Conflict, NotUnderstood
from grahak.marketing.letters import actions, brand, keeping, preview, quick, tags
from grahak.marketing.letters.checks import checks, wrong_with
from grahak.marketing.letters.compile import compiled
from grahak.marketing.letters.convert import converted
from grahak.marketing.letters.drawing import FieldMistake
from grahak.marketing.models import Letter
from grahak.marketing.tests.letters.world import letter, said
from grahak.marketing.words import liquid


def told(found: Letter):
    return {(one.level, one.block, one.field, one.language) for one in checks(found)}


def test_a_plain_letter_with_an_address_has_nothing_to_mend(business, amina):
    brand.change(by=amina, address="12, Ring Road\nSurat")
    found = letter({"type": "text", "text": {"en": "Dear {{ contact.first_name }}"}}, preheader={"en": "x"})
    assert checks(found) == []


def test_checks_name_the_block_the_field_and_the_language(business):
    found = letter(
        {"id": "b1", "type": "text", "text": {"en": "Hi {{ contact.frist }} *|FNAME|*", "ur": "x"}},
        {"id": "b2", "type": "button", "label": {"en": "Go"}, "url": "http://192.168.1.4/x"},
        {"id": "b3", "type": "picture"},
        {"id": "b4", "type": "text", "text": {"en": "[x](ftp://a.example) http://b.example"}},
        {"id": "b5", "type": "coupon", "source": "fixed"},
        languages=("en", "ur"), subject={"en": "x" * 80},
    )  # fmt: skip
    found_told = told(found)
    assert {
        ("stop", "b1", "text", "en"), ("stop", "b2", "url", ""), ("stop", "b3", "picture", ""),
        ("warn", "b3", "alt", "en"), ("stop", "b4", "text", "en"), ("warn", "b4", "text", "en"),
        ("warn", "b4", "text", "ur"), ("stop", "b5", "code", ""), ("warn", "", "subject", "en"),
        ("warn", "", "subject", "ur"), ("warn", "", "preheader", "en"), ("warn", "b2", "label", "ur"),
    } <= found_told  # fmt: skip
    sentences = [one.what for one in checks(found)]
    assert "Line 1: There is no tag “contact.frist”. Did you mean “contact.first_name”?" in sentences
    assert any("*|FNAME|*" in one and "contact.first_name" in one for one in sentences)


def test_a_letter_without_words_or_subject_stops(business):
    assert {("stop", "", "subject", "en"), ("stop", "", "body", "en")} <= told(letter(subject={}))


def test_a_mail_that_gmail_would_cut_off_stops(business):
    blocks = [{"type": "text", "text": {"en": "word " * 3_900}} for _n in range(6)]
    assert any("Gmail" in one.what and one.level == "stop" for one in checks(letter(*blocks)))


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://shop.example/x", False), ("mailto:a@b.example", False), ("tel:+919825012345", False),
        ("{{ own.site }}", False), ("https://shop.example/{{ customer.city }}", False),
        ("shop.example", True), ("javascript:alert(1)", True), ("https://localhost/x", True),
        ("https://10.1.2.3/", True), ("https://[::1]/", True), ("https://8.8.8.8/", False), ("https://intranet/", True),
        ("mailto:{{ own.mail }}", True), ("https://", True), ("https://[bad", True),
    ],
)  # fmt: skip
def test_addresses_that_nobody_can_follow_are_told(url, wrong):
    assert bool(wrong_with(url)) is wrong


def test_a_text_that_cannot_be_read_names_its_block(business):
    found = letter({"id": "b7", "type": "text", "text": {"en": "a\n{{ contact.name"}})
    with pytest.raises(FieldMistake) as caught:
        compiled(found, "en")
    assert (caught.value.block, caught.value.field, caught.value.line) == ("b7", "text", 2)


@pytest.mark.parametrize(
    ("theirs", "our"),
    [
        ("*|FNAME|*", '{{ contact.first_name | default: "friend" }}'),
        ("%%first_name%%", '{{ contact.first_name | default: "friend" }}'),
        ("{{Recipient.FirstName}}", '{{ contact.first_name | default: "friend" }}'),
        ("{{lead.First Name:default=dear}}", '{{ contact.first_name | default: "dear" }}'),
        ("{contactfield=company}", "{{ customer.name }}"),
        ("{{ contact.firstname }}", '{{ contact.first_name | default: "friend" }}'),
        ("*|IF:COMPANY|*x*|ELSE:|*y*|END:IF|*", "{% if customer.name %}x{% else %}y{% endif %}"),
        ("*|UNSUB|*", "{{ unsubscribe_url }}"),
    ],
)
def test_tags_of_other_products_become_ours(theirs, our):
    assert converted(theirs).text == our
    assert converted(our).text == our


def test_unknown_tags_stay_and_are_named_and_ours_are_left_alone():
    found = converted("*|MC:DATE|* {{ figures.balance | money: 2 }} {{ own.tier }} 50%% off %%")
    assert found.text == "*|MC:DATE|* {{ figures.balance | money: 2 }} {{ own.tier }} 50%% off %%"
    assert found.unknown[:1] == ["*|MC:DATE|*"]
    assert converted("*|FNAME|*", "ur").text != converted("*|FNAME|*", "en").text


def test_two_who_write_at_once_cannot_overwrite_each_other(business, amina):
    found = actions.create("Spring", by=amina)
    data = quick.document({"en": ("One", "first")})
    actions.save(found, data, by=amina, version=1)
    assert found.version == 2
    stale = Letter.objects.get(pk=found.pk)
    with pytest.raises(Conflict) as caught:
        actions.save(stale, quick.document({"en": ("Two", "second")}), by=amina, version=1)
    assert "Somebody else" in str(caught.value)
    assert quick.texts_of(Letter.objects.get(pk=found.pk))["en"].body == "first"


def test_a_copy_is_a_letter_of_its_own(business, amina):
    one = actions.create("Spring", by=amina, document=quick.document({"en": ("A", "a")}))
    two = actions.copy(one, by=amina, name="Summer")
    actions.save(two, quick.document({"en": ("B", "b")}), by=amina)
    assert quick.texts_of(Letter.objects.get(pk=one.pk))["en"].subject == "A"


def test_a_block_is_kept_for_other_letters_but_not_the_foot(business, amina):
    one = actions.create("Spring", by=amina, document=quick.document({"en": ("A", "a")}))
    saved = keeping.save_block(one, "b1", "Greeting", by=amina)
    assert saved.block["text"] == {"en": "a"}
    with pytest.raises(NotUnderstood):
        keeping.save_block(one, "b2", "Foot", by=amina)
    with pytest.raises(Conflict):
        keeping.save_block(one, "b77", "Gone", by=amina)


def test_the_look_takes_colours_only(business, amina):
    found = brand.change(by=amina, accent="#0A7F3F", foot={"en": "Since 1974", "xx": "no"})
    assert (found.accent, found.foot) == ("#0a7f3f", {"en": "Since 1974"})
    with pytest.raises(NotUnderstood):
        brand.change(by=amina, ink="red;background:url(x)")
    assert (
        "#0a7f3f" in said(letter({"type": "button", "label": {"en": "Go"}, "url": "https://a.example"})).html
    )


def test_every_tag_on_the_list_can_be_said(business):
    source = " ".join(f"{{{{ {name} }}}}" for name in sorted(tags.names()))
    mail = preview.sampled(
        letter({"type": "text", "text": {"en": source}}, {"type": "coupon", "source": "list"}), "en"
    )
    assert "Noor Cloth House" in mail.text and preview.SAMPLE_CODE in mail.text
    assert {tag.name for group in tags.groups() for tag in group.tags} == tags.names()
    with translation.override("en"):
        for one in tags.FILTERS:
            assert liquid.mistakes_in(one.use, tags.names()) == []
