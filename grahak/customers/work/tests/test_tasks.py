"""Tasks: repeated, shared, reminded of, done and opened again."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from grahak.core import business as business_module
from grahak.core import events
from grahak.core.models import AuditEntry, Branch, Business, Team, User
from grahak.customers import actions
from grahak.customers.models import Activity, Customer, Reminder, Task
from grahak.customers.work.jobs import mail_reminder
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def mehta(amina: User, rajkot: Branch) -> Customer:
    return actions.add_customer(
        by=amina, name="Mehta Saree Centre", kind="business", branch=rajkot, phones=["+919825012345"]
    )


@pytest.fixture
def pair(amina: User, bilal: User) -> Team:
    team = Team.objects.create(name="Rajkot market", leader=amina)
    User.objects.filter(pk__in=[amina.pk, bilal.pk]).update(team=team)
    amina.refresh_from_db()
    bilal.refresh_from_db()
    return team


def today() -> dt.date:
    return business_module.today()


def test_a_monthly_task_comes_back_when_it_is_done_and_undo_takes_the_next_one_back(
    bilal: User, mehta: Customer
) -> None:
    due = dt.date(today().year + 1, 1, 31)
    rent = actions.add_task(
        by=bilal, title="Collect the rent", customer=mehta, due_on=due, repeat="month", steps=["Ring", "Go"],
        remind_before=60,
    )  # fmt: skip
    actions.tick_step(rent, 0, True, by=None)
    done = actions.finish_task(rent, by=bilal)
    again = Task.objects.get(after=rent)
    assert again.due_on == dt.date(due.year, 2, 29 if due.year % 4 == 0 else 28)
    assert again.anchor == 31
    assert [step["done"] for step in again.steps] == [False, False]
    assert again.reminders.get().before == 60
    assert actions.finish_task(rent, by=bilal).done_at == done.done_at
    assert Task.objects.count() == 2
    actions.reopen_task(rent, by=bilal)
    assert list(Task.objects.values_list("title", "done_at")) == [("Collect the rent", None)]
    assert not Activity.objects.filter(kind="customers.task.done").exists()


def test_undo_keeps_the_next_one_that_somebody_has_changed(bilal: User) -> None:
    task = actions.add_task(by=bilal, title="Count the stock", due_on=today(), repeat="week", steps=["Front"])
    actions.finish_task(task, by=bilal)
    actions.tick_step(Task.objects.get(after=task), 0, True, by=None)
    actions.reopen_task(task, by=bilal)
    assert Task.objects.count() == 2


def test_a_shared_task_closes_when_each_has_done_it(
    amina: User, bilal: User, chirag: User, mehta: Customer
) -> None:
    task = actions.add_task(by=amina, title="Read the new rates", people=[bilal, chirag])
    assert actions.finish_task(task, by=bilal).done_at is None
    assert signed_in(bilal).get("/today/").content.decode().count("Read the new rates") == 0
    assert "Read the new rates" in signed_in(chirag).get("/today/").content.decode()
    actions.reopen_task(task, by=bilal)
    assert task.people.filter(done_at=None).count() == 2
    actions.finish_task(task, by=bilal)
    done = actions.finish_task(task, by=chirag)
    assert (done.done_at is not None, done.done_by) == (True, chirag)
    assert AuditEntry.objects.filter(action="customers.task.part_done").count() == 2


def test_whoever_gave_a_shared_task_closes_it_for_all(amina: User, bilal: User, chirag: User) -> None:
    task = actions.add_task(by=amina, title="Bring the samples", people=[bilal, chirag])
    assert actions.finish_task(task, by=amina).done_at is not None
    assert not task.people.filter(done_at=None).exists()


def test_a_teams_task_waits_for_all_of_it_and_the_first_tick_closes_it(
    amina: User, bilal: User, chirag: User, pair: Team
) -> None:
    task = actions.add_task(by=amina, title="Clear the window", team=pair)
    assert "Clear the window" in signed_in(bilal).get("/tasks/").content.decode()
    assert "Clear the window" not in signed_in(chirag).get("/tasks/?of=all").content.decode()
    assert signed_in(chirag).post(f"/tasks/{task.pk}/done/").status_code == 404
    signed_in(bilal).post(f"/tasks/{task.pk}/done/")
    task.refresh_from_db()
    assert task.done_by == bilal


def test_an_hour_needs_a_day_and_what_repeats_a_first_one(bilal: User) -> None:
    with pytest.raises(ValidationError) as wrong:
        actions.add_task(by=bilal, title="Ring", due_time=dt.time(9))
    assert "due_on" in wrong.value.message_dict
    with pytest.raises(ValidationError):
        actions.add_task(by=bilal, title="Ring", repeat="day")
    assert Task.objects.count() == 0


def test_a_contact_of_another_customer_is_refused(amina: User, mehta: Customer) -> None:
    other = actions.add_customer(by=amina, name="Patel Stores")
    with pytest.raises(ValidationError):
        actions.add_task(by=amina, title="Ring", customer=mehta, contact=other.contacts.get())


def test_tasks_are_announced(bilal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    for name in ("customers.task.added", "customers.task.done"):
        monkeypatch.setitem(events._LISTENERS, name, [lambda name=name, **facts: heard.append((name, facts))])
    task = actions.add_task(by=bilal, title="Ring")
    actions.finish_task(task, by=bilal)
    actions.finish_task(task, by=bilal)
    assert heard == [
        ("customers.task.added", {"task_id": task.pk}),
        ("customers.task.done", {"task_id": task.pk}),
    ]


def test_a_reminder_moves_with_its_task_across_the_clocks_going_forward(
    bilal: User, business: Business
) -> None:
    Business.objects.update(time_zone="Europe/London")
    business_module.forget()
    task = actions.add_task(
        by=bilal,
        title="Ring",
        due_on=dt.date(2027, 3, 27),
        due_time=dt.time(9),
        remind_before=60,
        repeat="day",
    )
    assert task.reminders.get().at == dt.datetime(2027, 3, 27, 8, tzinfo=dt.UTC)
    actions.edit_task(task, by=bilal, due_on=dt.date(2027, 3, 28))
    assert task.reminders.get().at == dt.datetime(2027, 3, 28, 7, tzinfo=dt.UTC)
    actions.edit_task(task, by=bilal, due_on=None, due_time=None, repeat="")
    assert not task.reminders.exists()


def test_a_reminder_is_told_once_mailed_once_and_put_off(
    bilal: User, as_bilal: Client, as_chirag: Client, mehta: Customer
) -> None:
    now = timezone.now()
    task = actions.add_task(
        by=bilal, title="Ring Mehta", customer=mehta, due_on=today() - dt.timedelta(days=1)
    )
    reminder = actions.remind(task, bilal, before=0, by_mail=True)
    assert reminder is not None
    assert actions.tell_due(now) == 1
    assert actions.tell_due(now) == 0
    mail.outbox.clear()
    mail_reminder.call(reminder.pk)
    mail_reminder.call(reminder.pk)
    assert [letter.subject for letter in mail.outbox] == ["Reminder: Ring Mehta"]
    assert mail.outbox[0].to == ["bilal@kapasi.example"]
    assert "Ring Mehta" in as_bilal.get("/reminders/").content.decode()
    bell = as_bilal.get("/reminders/", headers={"HX-Request": "true", "HX-Target": "a#bell"}).content.decode()
    assert ">1</span>" in bell
    assert as_chirag.post(f"/reminders/{reminder.pk}/snooze/", {"until": "60"}).status_code == 404
    as_bilal.post(f"/reminders/{reminder.pk}/snooze/", {"until": "tomorrow"})
    reminder.refresh_from_db()
    morning = dt.datetime.combine(today() + dt.timedelta(days=1), dt.time(9), KOLKATA)
    assert (reminder.at, reminder.told_at) == (morning, None)
    assert "Ring Mehta" not in as_bilal.get("/reminders/").content.decode()
    actions.finish_task(task, by=bilal)
    assert Reminder.objects.get().put_away_at is not None


def test_many_are_ticked_given_and_moved_and_the_ticks_are_taken_back(
    amina: User, bilal: User, chirag: User, as_bilal: Client, as_amina: Client
) -> None:
    tasks = [actions.add_task(by=bilal, title=f"Task {n}", due_on=today()) for n in range(3)]
    foreign = actions.add_task(by=chirag, title="Not yours")
    ids = [one.pk for one in tasks] + [foreign.pk]
    as_bilal.post("/tasks/many/", {"ids": ids, "do": "move", "on": "2027-01-05"})
    assert set(Task.objects.filter(by=bilal).values_list("due_on", flat=True)) == {dt.date(2027, 1, 5)}
    as_bilal.post("/tasks/many/", {"ids": ids, "do": "assign", "who": f"person-{amina.pk}"})
    assert Task.objects.filter(assigned_to=amina).count() == 3
    as_bilal.post("/tasks/many/", {"ids": ids, "do": "done"})
    assert Task.objects.filter(done_at=None).get() == foreign
    as_bilal.post("/tasks/many/undo/?ids=" + ",".join(map(str, ids)))
    assert Task.objects.filter(done_at=None).count() == 4
    wrong = as_bilal.post("/tasks/many/", {"ids": ids, "do": "move", "on": "2027-13-45"})
    assert wrong.status_code == 302
    foreign.refresh_from_db()
    assert foreign.due_on is None


def test_the_whole_form_adds_and_changes_a_task(as_bilal: Client, bilal: User, mehta: Customer) -> None:
    told = {
        "title": "Ring about rates", "kind": "call", "customer": mehta.name, "customer_id": mehta.pk,
        "due_on": "2027-01-31", "due_time": "11:30", "priority": "1", "repeat": "month", "every": "2",
        "steps": "Look at khata\nRing", "remind": "30", "remind_by_mail": "on", "text": "Before noon",
    }  # fmt: skip
    assert as_bilal.post("/tasks/add/", told).status_code == 302
    task = Task.objects.get()
    assert (task.kind, task.customer, task.due_time, task.priority) == ("call", mehta, dt.time(11, 30), 1)
    assert (task.repeat, task.every, task.anchor, task.assigned_to) == ("month", 2, 31, bilal)
    assert task.reminders.get().at == dt.datetime(2027, 1, 31, 11, 0, tzinfo=KOLKATA)
    actions.tick_step(task, 0, True, by=None)
    form = as_bilal.get(f"/tasks/{task.pk}/").content.decode()
    assert 'value="11:30"' in form
    as_bilal.post(f"/tasks/{task.pk}/", told | {"title": "Ring about new rates", "remind": ""})
    task.refresh_from_db()
    assert task.title == "Ring about new rates"
    assert task.steps == [{"text": "Look at khata", "done": True}, {"text": "Ring", "done": False}]
    assert not task.reminders.exists()
    wrong = as_bilal.post("/tasks/add/", told | {"customer": "Nobody", "customer_id": ""})
    assert wrong.status_code == 422
    assert "Choose the customer from the list." in wrong.content.decode()


def test_a_customer_of_another_branch_is_not_chosen_by_a_guessed_number(
    as_chirag: Client, mehta: Customer
) -> None:
    told = {"title": "Ring", "kind": "task", "customer": mehta.name, "customer_id": mehta.pk}
    assert as_chirag.post("/tasks/add/", told).status_code == 422
    assert as_chirag.get(f"/tasks/add/?customer={mehta.pk}").status_code == 404
    assert "Mehta" not in as_chirag.get("/customers/choices/?q=Mehta").content.decode()
    assert Task.objects.count() == 0


def test_a_press_leads_back_only_to_pages_of_ours(as_bilal: Client, bilal: User) -> None:
    for there in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        task = actions.add_task(by=bilal, title="Ring")
        answer = as_bilal.post(f"/tasks/{task.pk}/done/", {"next": there})
        assert answer["Location"] == "/tasks/"
    task = actions.add_task(by=bilal, title="Ring")
    assert as_bilal.post(f"/tasks/{task.pk}/done/", {"next": "/today/"})["Location"] == "/today/"
