"""Links and dots answered beside Django: on the disk before the answer, told apart, recorded once."""

import contextlib
import datetime as dt
import json
import os

import pytest
from django.utils import timezone

from grahak.channels import tokens
from grahak.channels.actions import follow
from grahak.channels.links_public import journal as journals
from grahak.channels.links_public import tracking
from grahak.channels.links_public.app import Links
from grahak.channels.links_public.dot import DOT
from grahak.channels.links_public.hits import Hit
from grahak.channels.links_public.journal import Journal
from grahak.channels.models import Click, Link, Message
from grahak.channels.tests.people import launched, somebody
from grahak.customers.actions import grant_consent, withdraw_consent
from grahak.customers.models import Activity

BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"


@pytest.fixture
def message(db, business) -> Message:
    launched(somebody("Aisha", "a@home.example"))
    sent = timezone.now() - dt.timedelta(hours=1)
    Message.objects.update(state="sent", address="a@home.example", sent_at=sent)
    return Message.objects.get()


@pytest.fixture
def link(message) -> Link:
    return Link.objects.create(dispatch=message.dispatch, url="https://shop.example/neu?a=1#top")


class Kept(Journal):
    """A journal that keeps its hits in a list, and starts no thread."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Hit] = []

    def write(self, hit: Hit) -> None:
        self.hits.append(hit)


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Look addresses up in this thread: a test's transaction is seen by its own connection only."""

    async def here(work, *args):
        return work(*args)

    monkeypatch.setattr("grahak.channels.links_public.app.asyncio.to_thread", here)


def ask(path: str, *, method: str = "GET", agent: str = BROWSER, journal: Journal | None = None, **more: str):
    """(status, headers, body, the journal) of a request, ("pages") where it is left to Django."""
    sent: list[dict] = []

    async def pages(scope, receive, send) -> None:
        sent.append({"status": "pages", "headers": []})

    async def send(part) -> None:
        sent.append(part)

    path, _mark, query = path.partition("?")
    headers = [
        (b"user-agent", agent.encode()),
        *((name.encode(), value.encode()) for name, value in more.items()),
    ]
    scope = {
        "type": "http",
        "path": path,
        "method": method,
        "headers": headers,
        "query_string": query.encode(),
    }
    kept = journal or Kept()
    with contextlib.suppress(StopIteration):  # nothing in it waits, so it needs no loop
        Links(pages, kept)(scope, None, send).send(None)
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], head, sent[1]["body"] if len(sent) > 1 else b"", kept


def test_a_link_leads_to_the_kept_address_and_is_in_the_journal(message, link, at_once):
    status, head, body, kept = ask(f"/r/{tokens.link_token(message.pk, link.pk)}?to=https://evil.example")
    assert (status, head["location"], body) == (302, "https://shop.example/neu?a=1#top", b"")
    assert head["referrer-policy"] == "no-referrer"
    assert "no-store" in head["cache-control"]
    assert "set-cookie" not in head
    assert [(hit.kind, hit.key, hit.bot) for hit in kept.hits] == [("r", (message.pk, link.pk), False)]


def test_the_dot_is_answered_and_kept(message, at_once):
    status, head, body, kept = ask(f"/o/{tokens.open_token(message.pk)}")
    assert (status, head["content-type"], body) == (200, "image/gif", DOT)
    assert [hit.key for hit in kept.hits] == [message.pk]


@pytest.mark.parametrize("path", ["/r/1.x", "/r/" + "9" * 400, "/o/%00", "/r/"])
def test_what_is_forged_is_left_to_the_pages(db, business, at_once, path):
    assert Links.wants(path) is (len(path) > 3)
    if len(path) > 3:
        status, _head, _body, kept = ask(path)
        assert (status, kept.hits) == ("pages", [])


def test_a_link_that_is_gone_is_left_to_the_pages(message, link, at_once):
    token = tokens.link_token(message.pk, link.pk)
    link.delete()
    assert ask(f"/r/{token}")[0] == "pages"


def test_posting_to_a_link_is_left_to_the_pages(message, link, at_once):
    assert ask(f"/r/{tokens.link_token(message.pk, link.pk)}", method="POST")[0] == "pages"


@pytest.mark.parametrize(
    ("method", "agent", "more"),
    [
        ("HEAD", BROWSER, {}),
        ("GET", "", {}),
        ("GET", "Mozilla/5.0 (compatible; bingbot/2.0)", {}),
        ("GET", "Mimecast/1.0", {}),
        ("GET", BROWSER, {"sec-purpose": "prefetch;prerender"}),
        ("GET", BROWSER, {"purpose": "preview"}),
        ("GET", BROWSER, {"x-moz": "prefetch"}),
    ],
)
def test_a_machine_is_led_on_and_marked(message, link, at_once, method, agent, more):
    status, head, _body, kept = ask(
        f"/r/{tokens.link_token(message.pk, link.pk)}", method=method, agent=agent, **more
    )
    assert (status, head["location"]) == (302, "https://shop.example/neu?a=1#top")
    assert [hit.bot for hit in kept.hits] == [True]


# The journal


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


class Quiet(Journal):
    """A journal whose thread is not started: the test brings in by itself."""

    def _open(self) -> None:
        class Alive:
            def is_alive(self) -> bool:
                return True

        self._thread = Alive()  # type: ignore[assignment]
        super()._open()


def hit_of(message: Message, link: Link, seconds: float = 0) -> Hit:
    return Hit("r", (message.pk, link.pk), timezone.now() + dt.timedelta(seconds=seconds))


def test_what_is_in_the_journal_is_recorded_and_its_file_removed(message, link, data):
    journal = Quiet()
    journal.write(hit_of(message, link))
    journal.write(Hit("o", message.pk, timezone.now()))
    assert Click.objects.count() == 0
    assert journal.bring_in() == 2
    assert Click.objects.get().bot is False
    message.refresh_from_db()
    assert message.first_clicked_at == Click.objects.get().at
    assert Activity.objects.get(kind="channels.link.followed").text == link.url
    assert list((data / "clicks").iterdir()) == []
    assert journal.bring_in() == 0


def test_the_file_of_a_living_process_is_left_alone_and_that_of_a_dead_one_taken_up(message, link, data):
    journal = Quiet()
    journal.write(hit_of(message, link))
    assert journals.take_up() == 0
    assert journal._file is not None
    os.close(journal._file)  # what the end of a process does
    assert journals.take_up() == 1
    assert Click.objects.count() == 1
    assert journals.take_up() == 0


def test_a_hit_that_was_recorded_before_the_end_is_not_recorded_twice(message, link, data):
    hit = hit_of(message, link)
    said = json.dumps([hit.kind, hit.key, hit.at.isoformat(), hit.bot, hit.source])
    for name in ("a", "b"):
        (journals.folder() / f"{name}.jsonl").write_text(f'{said}\n["r", [1,')
    assert journals.take_up() == 2
    assert Click.objects.count() == 1


def test_hits_stay_in_their_file_while_the_database_takes_nothing(message, link, data, monkeypatch):
    from django.db import DatabaseError

    journal = Quiet()
    journal.write(hit_of(message, link))

    def refuse(*args, **kwargs):
        raise DatabaseError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(journals, "_in_one_go", refuse)
        with pytest.raises(DatabaseError):
            journal.bring_in()
    assert len(list((data / "clicks").iterdir())) == 1
    assert journals.take_up() == 1
    assert Click.objects.count() == 1


# People and machines


def test_two_links_in_the_same_second_are_a_machines(message, link):
    other = Link.objects.create(dispatch=message.dispatch, url="https://shop.example/b")
    Link.objects.create(dispatch=message.dispatch, url="https://shop.example/c")
    at = timezone.now()
    follow(message.pk, link.pk, looks_like_bot=False, now=at)
    assert Activity.objects.filter(kind="channels.link.followed").count() == 1
    follow(message.pk, other.pk, looks_like_bot=False, now=at + dt.timedelta(milliseconds=400))
    assert list(Click.objects.values_list("bot", flat=True)) == [True, True]
    message.refresh_from_db()
    assert (message.first_clicked_at, message.first_opened_at) == (None, None)
    assert not Activity.objects.filter(kind="channels.link.followed").exists()


def test_a_person_who_reads_on_is_one(message, link):
    other = Link.objects.create(dispatch=message.dispatch, url="https://shop.example/b")
    at = timezone.now()
    follow(message.pk, link.pk, looks_like_bot=False, now=at)
    follow(message.pk, other.pk, looks_like_bot=False, now=at + dt.timedelta(seconds=3))
    assert list(Click.objects.values_list("bot", flat=True)) == [False, False]
    message.refresh_from_db()
    assert message.first_clicked_at == at


def test_an_earlier_opening_by_a_person_stays_when_a_machine_clicks(message, link):
    opened = message.sent_at + dt.timedelta(minutes=5)
    Message.objects.update(first_opened_at=opened)
    other = Link.objects.create(dispatch=message.dispatch, url="https://shop.example/b")
    for one in (link, other):
        follow(message.pk, one.pk, looks_like_bot=False)
    message.refresh_from_db()
    assert (message.first_clicked_at, message.first_opened_at) == (None, opened)


# Whose clicks count


def test_who_said_no_to_counting_is_led_on_and_not_counted(message, link):
    withdraw_consent(message.contact, "email", "tracking", by=None, how="preferences")
    assert follow(message.pk, link.pk, looks_like_bot=False) == link.url
    assert Click.objects.count() == 0
    message.refresh_from_db()
    assert (message.first_clicked_at, message.first_opened_at) == (None, None)


def test_consent_comes_before_the_shops_setting(message):
    silent, said_no, said_yes = (somebody(name, f"{name}@x.example") for name in ("silent", "no", "yes"))
    withdraw_consent(said_no, "email", "tracking", by=None, how="x")
    grant_consent(said_yes, "email", "tracking", by=None, how="x")
    ids = [silent.pk, said_no.pk, said_yes.pk]
    assert tracking.counted(ids, "email") == {silent.pk, said_yes.pk}
    tracking.set_rules(tracking.LinkRules(counts=False), by=None)
    assert tracking.counted(ids, "email") == {said_yes.pk}
    assert tracking.counted(ids, "sms") == set()


# UTM


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://a.example", "https://a.example?utm_source=mail&utm_medium=email"),
        ("https://a.example/p?x=1#end", "https://a.example/p?x=1&utm_source=mail&utm_medium=email#end"),
        ("https://a.example/?utm_source=own", "https://a.example/?utm_source=own&utm_medium=email"),
        ("https://a.example/?q=a%20b+c&z", "https://a.example/?q=a%20b+c&z&utm_source=mail&utm_medium=email"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_values_are_added_and_nothing_is_overwritten(url, there):
    assert tracking.with_values(url, {"source": "mail", "medium": "email", "campaign": ""}) == there


def test_a_campaigns_links_carry_its_name_where_the_shop_wants_it(message, link):
    message.dispatch.title = "Eid ‎عید — ₹100 off!"
    message.dispatch.save()
    rules = tracking.LinkRules(utm=True, source="kapasi", hosts=("shop.example",))
    tracking.set_rules(rules, by=None)
    found = follow(message.pk, link.pk, looks_like_bot=False)
    campaign = "utm_campaign=eid-%D8%B9%DB%8C%D8%AF-100-off"
    assert found == f"https://shop.example/neu?a=1&utm_source=kapasi&utm_medium=email&{campaign}#top"
    other = Link.objects.create(dispatch=message.dispatch, url="https://bank.example/pay")
    assert follow(message.pk, other.pk, looks_like_bot=False) == "https://bank.example/pay"
