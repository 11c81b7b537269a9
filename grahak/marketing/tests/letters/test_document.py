"""What anybody hands in is a letter, or is refused with the block and the field."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grahak.marketing.letters import document as documents
from grahak.marketing.letters import markup
from grahak.marketing.letters.blocks import ADDABLE, KINDS
from grahak.marketing.letters.document import LANGUAGES, BadDocument, parsed
from grahak.marketing.letters.markup import Pieces

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
