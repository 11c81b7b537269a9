"""Letters of blocks: a document is checked field by field, becomes HTML and text in each language, and nothing that
stands in a name or a price list can break out of its place."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from grahak.catalogue.models import Product
from grahak.channels.email.building import Letterhead, build
from grahak.core.refusals import Conflict, NotUnderstood
from grahak.marketing.letters import actions, brand, keeping, markup, preview, quick, tags
from grahak.marketing.letters import document as documents
from grahak.marketing.letters.blocks import ADDABLE, KINDS
from grahak.marketing.letters.checks import checks, wrong_with
from grahak.marketing.letters.compile import compiled
from grahak.marketing.letters.convert import converted
from grahak.marketing.letters.document import LANGUAGES, BadDocument, parsed
from grahak.marketing.letters.drawing import FieldMistake
from grahak.marketing.letters.markup import Pieces
from grahak.marketing.models import Letter
from grahak.marketing.words import liquid
from grahak.marketing.words.mail import Addresses, Own, say
from grahak.marketing.words.people import Amount, Person

WHERE = Addresses(
    link=lambda url: f"https://crm.example/r/{url.rpartition('/')[2]}",
    stop="https://crm.example/u/1.x",
    preferences="https://crm.example/me/m1.x",
)
BLOCK_KINDS = (
    "text",
    "heading",
    "picture",
    "button",
    "columns",
    "product",
    "coupon",
    "divider",
    "spacer",
    "footer",
)


def letter(*blocks, languages=("en",), subject="Hello", own="en", **more) -> Letter:
    words = subject if isinstance(subject, dict) else {own: subject}
    data = {"languages": list(languages), "subject": words, "blocks": list(blocks), **more}
    return Letter(name="Spring", document=parsed(data).as_json(), default_language=own)


def person(name="Ayesha Khan", city="Surat") -> Person:
    values = {
        "contact": {"name": name, "first_name": name.split()[0] if name else ""},
        "customer": {"name": name, "city": city, "area": ""},
        "shop": {"name": "Kapasi", "address": ""},
        "figures": {"orders": 3, "balance": Amount("1500")},
    }
    return Person(1, 1, name, values)


def said(found: Letter, language="en", who=None, **more):
    return say(compiled(found, language), who or person(), WHERE, message_id=1, sender_name="Kapasi", **more)


# What anybody may hand in


def test_an_empty_letter_has_a_text_and_its_foot():
    assert [block["type"] for block in documents.empty("ur").blocks] == ["text", "footer"]
    assert documents.empty("ur").languages == ("ur",)


def test_the_foot_is_always_there_last_and_once():
    for blocks in ([], [{"type": "footer"}, {"type": "text"}], [{"type": "footer"}, {"type": "footer"}]):
        kinds = [one["type"] for one in parsed({"languages": ["en"], "blocks": blocks}).blocks]
        assert kinds.count("footer") == 1
        assert kinds[-1] == "footer"


def test_ids_are_made_unique_also_inside_columns():
    document = parsed(
        {
            "languages": ["en"],
            "blocks": [
                {"id": "b1", "type": "text"},
                {
                    "id": "b1",
                    "type": "columns",
                    "columns": [[{"id": "b1", "type": "text"}], [{"type": "divider"}]],
                },
            ],
        }
    )
    ids = [block["id"] for block in document.walk()]
    assert len(set(ids)) == len(ids) == 5


def test_every_kind_can_be_added_and_reads_back_as_itself():
    for name in ADDABLE:
        document = documents.empty("hi")
        document.blocks.insert(0, {"id": "b9", **KINDS[name].fresh("hi")})
        assert parsed(document.as_json()) == parsed(parsed(document.as_json()).as_json())


@pytest.mark.parametrize(
    ("data", "block", "field"),
    [
        ([], "", ""),
        ({"v": 2, "languages": ["en"]}, "", ""),
        ({"languages": []}, "", "languages"),
        ({"languages": ["fr"]}, "", "languages"),
        ({"languages": ["en"], "blocks": [{"id": "b4", "type": "script"}]}, "b4", "type"),
        ({"languages": ["en"], "blocks": [{"id": "b4", "type": "text", "text": "Hi"}]}, "b4", "text"),
        (
            {"languages": ["en"], "blocks": [{"id": "b4", "type": "text", "text": {"en": "x" * 20_001}}]},
            "b4",
            "text",
        ),
        (
            {"languages": ["en"], "blocks": [{"id": "b4", "type": "columns", "columns": [[]]}]},
            "b4",
            "columns",
        ),
        ({"languages": ["en"], "blocks": [{"id": "b4", "type": "picture", "picture": "7"}]}, "b4", "picture"),
        ({"languages": ["en"], "blocks": [{"id": "b4", "type": "product", "count": 7}]}, "b4", "count"),
        ({"languages": ["en"], "blocks": [{"id": "b4", "type": "spacer", "height": "9px"}]}, "b4", "height"),
        (
            {
                "languages": ["en"],
                "blocks": [{"type": "columns", "columns": [[{"id": "b5", "type": "product"}], []]}],
            },
            "b5",
            "type",
        ),
        ({"languages": ["en"], "blocks": [{"type": "divider"}] * 81}, "", ""),
    ],
)
def test_what_is_no_letter_is_refused_with_the_block_and_the_field(data, block, field):
    with pytest.raises(BadDocument) as caught:
        parsed(data)
    assert (caught.value.block, caught.value.field) == (block, field)
    assert caught.value.what


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
words = st.dictionaries(st.sampled_from([*LANGUAGES, "fr"]), st.text(max_size=60) | json_like, max_size=4)
block_like = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from([*BLOCK_KINDS, "x"]) | json_like},
        optional={
            "id": st.sampled_from(["b1", "b2", "c", ""]) | json_like,
            "text": words, "label": words, "alt": words, "words": words, "button": words,
            "url": st.text(max_size=30) | json_like,
            "picture": st.integers() | json_like,
            "count": st.integers(-1, 9) | json_like,
            "codes": st.lists(st.text(max_size=8), max_size=4) | json_like,
            "pick": st.sampled_from(["chosen", "usual", "new", "bestsellers", 3]) | json_like,
            "columns": json_like,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("columns"), "columns": st.lists(st.lists(inner, max_size=2), max_size=4)}
    ),
    max_leaves=6,
)  # fmt: skip
letter_like = st.fixed_dictionaries(
    {"languages": st.just(["en", "ur"]) | json_like, "blocks": st.lists(block_like, max_size=5) | json_like},
    optional={"subject": words, "preheader": words, "v": st.just(1) | json_like},
)


@settings(max_examples=150, deadline=None)
@given(json_like | letter_like)
def test_whatever_is_handed_in_is_a_letter_or_is_refused_in_words(data):
    try:
        document = parsed(data)
    except BadDocument as error:
        assert str(error)
        return
    assert parsed(document.as_json()) == document
    assert document.blocks[-1]["type"] == "footer"
    text = str(document.as_json())
    assert "\x00" not in text and "\ue000" not in text


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab *[]()-\n\\<>&{}%|\ue000\ue0010https://x.example\"'", max_size=80))
def test_no_words_make_markup_of_their_own(source):
    pieces = Pieces()
    html = markup.said(source, pieces).html
    bare = re.sub(r'</?(?:p|b|i|ul|li|a|br /)(?: class="a")?(?: href="[^"<>]*")?>', "", html)
    assert "<" not in bare and ">" not in bare
    assert html.count("<a ") == html.count("</a>")


# What comes out


def test_a_letter_becomes_html_and_text_in_its_language(business):
    found = letter(
        {"type": "heading", "text": {"en": "Sale"}},
        {
            "type": "text",
            "text": {"en": "Dear {{ contact.first_name }},\n\n**now** *or* never:\n- one\n- two"},
        },
        {"type": "button", "label": {"en": "Go"}, "url": "https://shop.example/new"},
        preheader={"en": "For {{ customer.city }}"},
    )
    mail = said(found)
    assert mail.subject == "Hello"
    assert "<p>Dear Ayesha,</p>" in mail.html
    assert "<p><b>now</b> <i>or</i> never:</p><ul><li>one</li><li>two</li></ul>" in mail.html
    assert 'href="https://crm.example/r/new"' in mail.html
    assert "For Surat</div>" in mail.html
    assert mail.text.startswith(
        "SALE\n\nDear Ayesha,\n\nnow or never:\n• one\n• two\n\nGo: https://crm.example/r/new\n"
    )
    assert "Kapasi Textiles" in mail.text.partition("-- \n")[2]
    assert mail.language == "en"


def test_urdu_runs_from_the_right_with_mirrored_columns_and_room_for_its_letters(business):
    found = letter(
        {
            "type": "columns",
            "columns": [[{"type": "text", "text": {"ur": "پہلا"}}], [{"type": "text", "text": {"ur": "دوسرا"}}]],
        },
        languages=("ur",), own="ur", subject="سلام",
    )  # fmt: skip
    html = said(found, "ur").html
    assert '<html lang="ur" dir="rtl"' in html
    assert html.count("direction:rtl;font-size:0px;padding:0 16px") == 2  # the columns and the foot
    assert "Noto Nastaliq Urdu" in html and "line-height:2.3" in html
    assert "text-align:right" in html
    assert 'align="left"' not in html
    assert "یہ پیغامات بند کریں" in unescape(html)


def test_the_dark_has_colours_of_its_own_and_links_that_can_be_read(business):
    html = said(letter({"type": "text", "text": {"en": "Hi"}})).html
    assert '<meta name="color-scheme" content="light dark" />' in html
    assert "@media (prefers-color-scheme:dark)" in html


def test_words_that_are_missing_in_a_language_stand_in_the_letter_s_own(business):
    found = letter(
        {"type": "text", "text": {"en": "Only English", "ur": ""}},
        {"type": "button", "label": {"en": "Go", "ur": "چلیں"}, "url": "https://shop.example/n"},
        languages=("en", "ur"),
        subject={"en": "Hello", "ur": "سلام"},
    )
    mail = said(found, "ur")
    assert mail.subject == "سلام"
    assert '<div lang="en" dir="ltr" style="text-align:left">' in mail.html.replace("\n", " ")
    assert "Only English" in mail.text and "چلیں" in mail.text


def test_somebody_who_reads_no_language_of_the_letter_gets_the_campaign_s_then_the_letter_s_own():
    found = letter(languages=("ur", "hi"), own="hi", subject={"hi": "x"})
    assert preview.said_in(found, "en", "ur") == "ur"
    assert preview.said_in(found, "ur", "gu") == "ur"
    assert preview.said_in(found, "en", "gu") == "hi"


@pytest.mark.parametrize("orders", [3, 9])
@pytest.mark.parametrize(
    "source",
    [
        "Before\n\n{% if figures.orders > 5 %}\nMany\n\nand more\n{% endif %}\nAfter",
        "{% if figures.orders > 5 %}\n- a\n- b\n{% endif %}\nAfter",
        "- one\n{% if figures.orders > 5 %}\n- many\n{% else %}\n- few\n{% endif %}\n- last",
        "{% if figures.orders > 5 %}\n- many\n{% else %}\n- few\n{% endif %}",
    ],
)
def test_a_condition_around_paragraphs_leaves_no_broken_markup(business, source, orders):
    who = person()
    who.values["figures"]["orders"] = orders
    html = said(letter({"type": "text", "text": {"en": source}}), who=who).html
    assert ("many" in html.lower()) is (orders == 9) or "- a" in source
    for tag in ("p", "ul", "li"):
        assert len(re.findall(rf"<{tag}[\s>]", html)) == html.count(f"</{tag}>")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ shop.name }} {% if x %}", '" onclick="x', "a\r\nBcc: b@c.d"]
)
def test_a_customer_s_name_is_harmless_everywhere(business, name):
    found = letter(
        {"type": "heading", "text": {"en": "{{ customer.name }}"}},
        {"type": "text", "text": {"en": "Dear {{ contact.name }}, [yours](https://shop.example/{{ customer.name }})"}},
        {"type": "button", "label": {"en": "{{ customer.name }}"}, "url": "https://s.example/?n={{ customer.name }}"},
        subject="For {{ customer.name }}",
        preheader={"en": "{{ customer.name }}"},
    )  # fmt: skip
    from grahak.marketing.words.links import clean

    mail = said(found, who=person(clean(name)))
    assert "<script" not in mail.html
    assert "onclick=" not in re.sub(r"&quot; onclick=|%20onclick%3D", "", mail.html)
    assert mail.html.count("Kapasi") == said(found, who=person("Asha")).html.count("Kapasi")
    content = build(Letterhead("Kapasi", "k@shop.example"), mail, "a@b.example", "1.2@shop.example")
    assert b"\r\nBcc:" not in content
    assert "\n" not in mail.subject


def test_an_address_of_one_s_own_is_encoded_and_nothing_but_a_web_address(business):
    found = letter(
        {
            "type": "text",
            "text": {"en": "[a](https://shop.example/{{ customer.city }}) [b]({{ customer.city }})"},
        }
    )
    assert "https://shop.example/New%20Delhi%26x" in said(found, who=person(city="New Delhi&x")).text
    assert "javascript" not in said(found, who=person(city="javascript:alert(1)")).html.replace(
        "javascript%3A", ""
    )


def test_authors_write_no_html(business):
    source = "<b>x</b> {{ '<img src=x>' }} {% capture a %}<i>{{ contact.name }}</i>{% endcapture %}{{ a }}"
    html = said(letter({"type": "text", "text": {"en": source}}), who=person("A<b")).html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<img src=x" not in html
    assert "&lt;i&gt;A&lt;b&lt;/i&gt;" in html


def test_a_link_to_nowhere_good_is_only_words(business):
    html = said(
        letter({"type": "text", "text": {"en": "[bad](javascript:alert(1)) [mail](mailto:a@b.example)"}})
    ).html
    assert "javascript" not in html
    assert 'href="mailto:a@b.example"' in html


def test_signs_that_mjml_would_garble_come_through(business):
    found = letter(
        {"type": "button", "label": {"en": 'हिन्दी \\ "q"'}, "url": 'https://shop.example/हिन्दी?q="x"'},
        {"type": "text", "text": {"en": "back\\\\slash \\*star\\*"}},
    )
    mail = said(found)
    assert 'हिन्दी \\ "q"' in unescape(mail.html)
    assert "u{" not in mail.html
    assert "back\\slash *star*" in mail.text


def test_no_line_is_longer_than_mail_servers_take_and_latin_letters_are_ascii(business):
    found = letter({"type": "text", "text": {"en": "word " * 1_500 + "– ₹ 5"}})
    html = said(found).html
    assert max(len(line) for line in html.split("\n")) < 990
    assert html.isascii()


# Products


@pytest.fixture
def goods(db):
    for code, name, price in (
        ("S1", "Sheet {{ x }} <b>", 450),
        ("S2", "چادر", "99.50"),
        ("S3", "Pillow", None),
    ):
        Product.objects.create(code=code, name=name, price=None if price is None else Decimal(price))


def test_chosen_products_stand_with_name_price_and_a_link_of_their_own(business, goods):
    found = letter(
        {"type": "product", "pick": "chosen", "codes": ["S2", "S1", "gone", "S3"], "button": {"en": "Order"},
         "url": "https://shop.example/p/{{ product.code }}"}
    )  # fmt: skip
    mail = said(found)
    assert "چادر – ₹ 99.50: https://crm.example/r/S2" in mail.text
    assert "Sheet {{ x }} <b> – ₹ 450: https://crm.example/r/S1" in mail.text
    assert "Pillow: https://crm.example/r/S3" in mail.text
    assert "Sheet &#123;&#123; x }} &lt;b&gt;" in mail.html
    assert compiled(found, "en").links == tuple(
        f"https://shop.example/p/{code}" for code in ("S2", "S1", "S3")
    )


def test_archived_products_are_not_shown_and_the_newest_are_the_newest(business, goods):
    from django.utils import timezone

    Product.objects.filter(code="S3").update(archived_at=timezone.now())
    mail = said(letter({"type": "product", "pick": "new", "count": 1}))
    assert "چادر" in mail.text and "Pillow" not in mail.text


# Coupons


def test_a_fixed_code_is_everybody_s_and_one_of_a_list_one_s_own(business):
    fixed = letter({"type": "coupon", "words": {"en": "For you"}, "source": "fixed", "code": "EID10"})
    assert "For you\nEID10" in said(fixed).text
    own = letter(
        {"type": "coupon", "source": "list"}, {"type": "text", "text": {"en": "Say {{ coupon.code }}"}}
    )
    assert compiled(own, "en").coupon == "list"
    assert "Say A-1" in said(own, own=Own(code="A-1")).text


# Filters


@pytest.mark.parametrize(
    ("source", "language", "comes"),
    [
        ("{{ figures.balance | money: 2 }}", "en", "₹ 1,500.00"),
        ("{{ 1234567 | number }}", "en", "12,34,567"),
        ('{{ "2026-11-23" | date: "%-d %B %Y" }}', "en", "23 November 2026"),
        ('{{ "2026-11-23" | date: "%-d %B" }}', "ur", "23 نومبر"),
        ('{{ "2026-11-23" | date: "full" }}', "hi", "सोमवार, 23 नवंबर 2026"),
        ('{{ "no day" | date }}', "en", ""),
        ('{{ "" | money }}', "en", ""),
    ],
)
def test_filters_write_as_the_reader_does(business, source, language, comes):
    values = {"figures": {"balance": Amount("1500")}, "_language": language}
    assert liquid.rendered(source, values) == comes


@pytest.mark.parametrize("source", ["{{ 5 | money: 9 }}", '{{ "today" | date: "%Q" }}'])
def test_a_filter_that_is_asked_for_nonsense_is_a_mistake(business, source):
    with pytest.raises(liquid.Mistake):
        liquid.rendered(source, {})


# Checks


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


# Other products' tags


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


# What people do


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
