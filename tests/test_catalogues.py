"""The catalogue tools find every sentence, keep translations, and refuse what a reader would stumble over."""

from pathlib import Path

import django
import polib
import pytest

from grahak.core import catalogues, django_messages


def found(source: str, name: str) -> list[tuple[str | None, str, str]]:
    return [
        (message.context, message.text, message.plural) for message in catalogues.messages_of(source, name)
    ]


def test_python_sentences_are_found_under_any_alias() -> None:
    source = (
        "from django.utils.translation import gettext_lazy as _, pgettext_lazy, ngettext as many\n"
        'a = _("Two "\n      "halves")\n'
        'b = pgettext_lazy("a verb", "Order")\n'
        'c = many("%(n)s row", "%(n)s rows", 3)\n'
    )
    assert found(source, "x.py") == [
        (None, "Two halves", ""),
        ("a verb", "Order", ""),
        (None, "%(n)s row", "%(n)s rows"),
    ]


def test_template_sentences_are_found_in_tags_blocks_plurals_and_filters() -> None:
    source = """
      <a title="it's (odd">{% translate "Khata" %}</a> {{ x|default:_("None yet") }}
        {% translate "Order" context "a verb" as word %}
    {% blocktranslate trimmed count n=rows %}
      {{ n }} row
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}
    """
    assert found(source, "x.html") == [
        (None, "Khata", ""),
        (None, "None yet", ""),
        ("a verb", "Order", ""),
        (None, "%(n)s row", "%(n)s rows"),
    ]


def test_an_update_keeps_translations_drops_dead_ones_and_borrows_from_other_rooms(tmp_path: Path) -> None:
    room = tmp_path / "shelf"
    room.mkdir()
    code = room / "words.py"
    code.write_text('from x import gettext as _\n_("Old"); _("Kept")\n')
    catalogues.update(room, catalogues.memory_of([]))
    path = catalogues.catalogue_path(room, "hi")
    first = polib.pofile(str(path))
    for entry in first:
        entry.msgstr = {"Old": "पुराना", "Kept": "रखा"}[entry.msgid]
    first.save()
    code.write_text('from x import gettext as _\n_("Kept"); _("Known elsewhere"); _("New")\n')
    memory = catalogues.memory_of([])
    memory["hi"][None, "Known elsewhere"] = polib.POEntry(msgid="Known elsewhere", msgstr="वहाँ")

    waiting = catalogues.update(room, memory)

    now = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    assert now == {"Kept": "रखा", "Known elsewhere": "वहाँ", "New": ""}
    assert waiting == 1 + 3 + 3  # Hindi lacks one, Urdu and Gujarati all three


@pytest.mark.parametrize(
    ("text", "translation", "language", "fault"),
    [
        ("Orders", "ऑर्डर", "hi", None),
        ("Orders", "", "hi", "not translated"),
        ("Orders", "Orders", "ur", "no letter of its own script"),
        ("Orders", "ઑર્ડર", "hi", "no letter of its own script"),
        ("Orders today", "आज ઑર્ડર", "hi", "letters of another script"),
        ("%(n)s orders", "ऑर्डर", "hi", "placeholders or tags differ"),
        ("Dear {name}", "محترم {nam}", "ur", "placeholders or tags differ"),
        ("<b>All</b>", "<b>بلدهه", "ur", "placeholders or tags differ"),
        ("All\n", "تمام", "ur", "line breaks"),
        ("%(a)s of %(b)s", "%(b)s में से %(a)s", "hi", None),
        ("Grahak", "Grahak", "gu", None),
        ("{n} %", "{n} %", "gu", None),
    ],
)
def test_a_translation_is_refused_for_what_a_reader_would_stumble_over(
    text: str, translation: str, language: str, fault: str | None
) -> None:
    entry = polib.POEntry(msgid=text, msgstr=translation)
    faults = list(catalogues.entry_faults(entry, language, {"Grahak"}))
    if fault is None:
        assert faults == []
    else:
        assert any(fault in said for said in faults), faults


def test_the_singular_names_its_number_where_none_counts_like_one() -> None:
    entry = polib.POEntry(
        msgid="One order", msgid_plural="%(n)s orders", msgstr_plural={0: "एक ऑर्डर", 1: "%(n)s ऑर्डर"}
    )
    assert list(catalogues.entry_faults(entry, "hi", set())) == ["placeholders or tags differ (%(n)s)"]
    entry.msgstr_plural = {0: "ایک آرڈر", 1: "%(n)s آرڈر"}
    assert list(catalogues.entry_faults(entry, "ur", set())) == []


def test_every_sentence_listed_as_djangos_is_one_that_django_says() -> None:
    home = Path(django.__file__).parent
    sources = [
        "forms",
        "core/validators.py",
        "contrib/auth",
        "db/models",
        "template/defaultfilters.py",
        "utils",
    ]
    files = [
        path
        for name in sources
        for path in ([home / name] if name.endswith(".py") else (home / name).rglob("*.py"))
    ]
    said = {
        (message.text, message.plural)
        for path in files
        for message in catalogues.messages_of(path.read_text(), "x.py")
    }
    listed = catalogues.messages_of(Path(django_messages.__file__).read_text(), "django_messages.py")
    assert {(message.text, message.plural) for message in listed} - said == set()
