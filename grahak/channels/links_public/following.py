"""Keeps who followed tracked links, a group at a time: clicks, the first one of each message, its timeline line."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from grahak.channels import tokens
from grahak.channels.links_public import machines, tracking
from grahak.channels.links_public.hits import Hit, Kind
from grahak.channels.models import Click, Dispatch, Link, Message
from grahak.core.bulk import stored
from grahak.customers.actions.timeline import tell_all
from grahak.customers.models import Activity

FOLLOWED = "channels.link.followed"


@dataclass
class _Group:
    """What is known of the messages and links of a group, and what comes of its hits."""

    messages: dict[int, Message]
    links: dict[int, Link]
    dispatches: dict[int, Dispatch]
    refused: set[tuple[int, str]]
    # (link, at, bot) of each message's clicks of the last seconds
    recent: dict[int, list[Click]]
    rules: tracking.LinkRules
    new: list[Click] = field(default_factory=list)
    first: dict[int, Click] = field(default_factory=dict)
    taken_back: dict[int, list[Click]] = field(default_factory=lambda: defaultdict(list))


def record(hits: Sequence[Hit], *, again: bool = False) -> list[str | bool | None]:
    """Keep HITS, whose keys are (message, link), in the caller's transaction; gives the address each leads to."""
    group = _known(hits)
    kept = _kept_already(hits) if again else set()
    found: list[str | bool | None] = []
    for hit in hits:
        message = group.messages.get(hit.key[0])
        link = group.links.get(hit.key[1])
        if message is None or link is None or message.dispatch_id != link.dispatch_id:
            found.append(None)
            continue
        dispatch = group.dispatches[message.dispatch_id]
        found.append(tracking.with_campaign(link.url, dispatch, group.rules))
        if (message.contact_id, message.channel) in group.refused or (*hit.key, hit.at) in kept:
            continue
        _judge(group, message, link, hit)
    _write(group)
    return found


def look(key: tuple[int, int]) -> str | None:
    """The address a link leads to; nothing is kept. That the message is of the link's dispatch is in the signature."""
    link = Link.objects.select_related("dispatch").filter(pk=key[1]).first()
    return tracking.with_campaign(link.url, link.dispatch) if link else None


def _known(hits: Sequence[Hit]) -> _Group:
    ids = {hit.key[0] for hit in hits}
    columns = ("dispatch_id", "sent_at", "attempted_at", "customer_id", "contact_id", "channel")
    messages = Message.objects.only(*columns, "first_clicked_at", "first_opened_at").in_bulk(ids)
    recent: dict[int, list[Click]] = defaultdict(list)
    since = min(hit.at for hit in hits) - machines.SCANNED_WITHIN
    for click in Click.objects.filter(message_id__in=messages, at__gte=since).order_by("pk"):
        recent[click.message_id].append(click)
    return _Group(
        messages,
        Link.objects.in_bulk({hit.key[1] for hit in hits}),
        Dispatch.objects.only("title", "channel").in_bulk({one.dispatch_id for one in messages.values()}),
        tracking.refused(one.contact_id for one in messages.values()),
        recent,
        tracking.rules(),
    )


def _kept_already(hits: Sequence[Hit]) -> set[tuple[int, int, dt.datetime]]:
    rows = Click.objects.filter(message_id__in={hit.key[0] for hit in hits}, at__in={hit.at for hit in hits})
    return set(rows.values_list("message_id", "link_id", "at"))


def _judge(group: _Group, message: Message, link: Link, hit: Hit) -> None:
    """Whether this was a person, and whether what came before it was one after all."""
    since = hit.at - (message.sent_at or message.attempted_at or hit.at)
    click = Click(link=link, message=message, at=hit.at, bot=hit.bot or since < machines.AT_ONCE)
    before = group.recent[message.pk]
    together = [one for one in before if one.link_id != link.pk and abs(hit.at - one.at) < machines.BURST]
    before.append(click)
    if not click.bot and since < machines.SCANNED_WITHIN and _all_followed(group, message):
        together = before
    if together and not click.bot:
        click.bot = True
        group.taken_back[message.pk] += [one for one in together if not one.bot]
        for one in together:
            one.bot = True
        group.first.pop(message.pk, None)
    group.new.append(click)
    if not click.bot and message.first_clicked_at is None:
        group.first.setdefault(message.pk, click)


def _all_followed(group: _Group, message: Message) -> bool:
    """Whether every link of a mail that has several was opened: nobody reads that fast, a mail gateway does."""
    every = set(Link.objects.filter(dispatch_id=message.dispatch_id).values_list("pk", flat=True))
    return len(every) > 1 and every <= {one.link_id for one in group.recent[message.pk]}


def _write(group: _Group) -> None:
    old = [one.pk for clicks in group.taken_back.values() for one in clicks if one.pk]
    if group.taken_back:
        Click.objects.filter(pk__in=old).update(bot=True)
        _take_back(group)
    Click.objects.bulk_create(group.new)
    if not group.first:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE channels_message SET first_opened_at = COALESCE(first_opened_at, %s), first_clicked_at = %s "
            "WHERE id = %s AND first_clicked_at IS NULL",
            [(stored(one.at), stored(one.at), message) for message, one in group.first.items()],
        )
    tell_all([_line(group, click) for click in group.first.values() if click.message.customer_id])


def _take_back(group: _Group) -> None:
    """A first click that was a machine's was none: neither the message nor the timeline keeps it."""
    for message_id, clicks in group.taken_back.items():
        began = min((one.at for one in clicks), default=None)
        first = group.messages[message_id].first_clicked_at
        if began is None or first is None or first < began:
            continue
        mine = Message.objects.filter(pk=message_id)
        mine.filter(first_opened_at__gte=began).update(first_opened_at=None)
        mine.update(first_clicked_at=None)
        group.messages[message_id].first_clicked_at = None
        Activity.objects.filter(subject="message", subject_id=message_id, kind=FOLLOWED).delete()


def _line(group: _Group, click: Click) -> Activity:
    message = group.messages[click.message_id]
    return Activity(
        customer_id=message.customer_id or 0,
        contact_id=message.contact_id,
        kind=FOLLOWED,
        group="messages",
        at=click.at,
        subject="message",
        subject_id=message.pk,
        title=group.dispatches[message.dispatch_id].title[:200],
        text=click.link.url,
        channel=message.channel,
    )


KIND = Kind("r", tokens.read_link, record, look, machines.is_machine, lambda key: key[1])
