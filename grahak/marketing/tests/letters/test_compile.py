"""A letter becomes HTML and text in each language, and nothing that stands in a name can break out of its place."""

import re
from html import unescape

import pytest

from grahak.channels.email.building import Letterhead, build
from grahak.marketing.letters import preview
from grahak.marketing.tests.letters.world import letter, person, said


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
