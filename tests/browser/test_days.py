"""A day of a salesman, of the counter and of the owner, in English and in Urdu, in a real browser: every step by the
words that stand on the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.shop import Shop

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("language", ["en", "ur"])

STAGE = """
import json
from decimal import Decimal
from grahak.connect.rules import actions as rules
from grahak.core import business
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer, add_task, edit_customer
from grahak.customers.duplicates import changed
from grahak.insight.segments.tree import parse
from grahak.sales.actions import LineDraft, place_order
from grahak.sales.deals.actions import DealDraft, add_deal
from grahak.sales.deals.actions.pipelines import add_pipeline
from tests.cast import PASSWORD

amina, bilal = (User.objects.get(email=f"{one}@kapasi.example") for one in ("amina", "bilal"))
rajkot = Branch.objects.get(name="Rajkot")


def colleague(name, mail):
    known = User.objects.filter(email=f"{mail}@kapasi.example").first()
    return known or User.objects.create_user(
        f"{mail}@kapasi.example", PASSWORD, name=name, role="counter", branch=rajkot)


def customer(name, **more):
    return add_customer(by=amina, name=name, branch=rajkot, **more)


def buys(who, amount):
    line = LineDraft(description="Cloth", quantity=Decimal(1), unit_price=Decimal(amount))
    place_order(by=amina, customer=who, branch=rajkot, lines=[line])


def salesman(place, language):
    shop = customer(["Daybreak Dupatta House", "صبح دوپٹہ ہاؤس"][place], phones=[f"98250 8801{place}"], owner=bilal)
    todo = add_task(by=amina, title=["Ask about the shades", "رنگوں کا پوچھنا"][place], customer=shop,
                    assigned_to=bilal, due_on=business.today())
    board = add_pipeline(f"Day {language}", by=amina, start="shops")
    stages = list(board.stages.all())
    draft = DealDraft(customer=shop, title=f"Wedding lot {language}", stage=stages[0], amount=Decimal(40000),
                      owner=bilal)
    return {"shop": shop.pk, "name": shop.name, "task": todo.title, "board": board.pk,
            "deal": add_deal(draft, by=bilal).pk, "first": stages[0].pk, "second": stages[1].pk,
            "phone": f"09825088 01{place}"}


def counter(place, language):
    shop = customer(["محمد اقبال ٹریڈرز", "Gulshan Bakery"][place], phones=[f"98250 8802{place}"])
    buys(shop, 2000)
    return {"shop": shop.pk, "name": shop.name, "typed": ["iqbal tradrs", "گلشن بیکری"][place]}


def twins(place, language):
    phone = f"98250 8803{place}"
    one = customer(["Noorani Fabrics", "شبنم کلاتھ ہاؤس"][place], phones=[phone], city="Rajkot")
    buys(one, 1000)
    two = customer(["Nurani Fabric", "شبنم ہاؤس کلاتھ"][place], phones=[phone], city="Jetpur")
    changed.some([one.pk, two.pk])
    return {"one": one.pk, "two": two.pk, "kept": one.name, "gone": two.name}


def limit(place, language):
    one = customer(["Mehboob Bandhani", "محبوب باندھنی"][place], credit_limit=Decimal(50000))
    edit_customer(one, by=bilal, credit_limit=Decimal(90000))
    return {"one": one.pk, "name": one.name, "tara": colleague(f"Tara {language}", f"tara{place}").pk}


def rule(place, language):
    one = customer(f"Welcoma Sarees {language}")
    tree = parse({"v": 1, "match": "all", "rules": [{"is": "name", "text": "Welcoma"}]})
    rules.add(by=amina, name=f"Welcome {language}", trigger="added", again="once", again_days=30, tree=tree,
              settings={}, todo=[{"do": "tag", "tag": f"Welcomed {language}"}])
    return {"one": one.pk, "name": one.name}


colleague("Ravi Solanki", "ravi")
scenes = (salesman, counter, twins, limit, rule)
told = {language: {scene.__name__: scene(place, language) for scene in scenes}
        for place, language in enumerate(("en", "ur"))}
print("staged=" + json.dumps(told))
"""
Scenes = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def scenes(shop_server: Shop) -> Scenes:
    """What each day needs, put into the shop at once: its numbers and names by language and scene."""
    told = shop_server.python(STAGE)
    found: Scenes = json.loads(told[told.index("staged=") + len("staged=") :].splitlines()[0])
    return found


def words_of(language: str) -> Callable[..., str]:
    """What a sentence of the screens is in a language; an untranslated one fails the test."""

    def words(text: str, context: str = "", **values: object) -> str:
        with translation.override(language):
            found = translation.pgettext(context, text) if context else translation.gettext(text)
        assert language == "en" or found != text, f"“{text}” is not translated into {language}"
        return found % values if values else found

    return words


def toast(page: Page, sentence: str) -> None:
    expect(page.locator("[data-toast]").filter(has_text=sentence)).to_be_visible()


def answer(url: str, key: str) -> int:
    """The status that a programme gets with a key, and with nothing else."""
    try:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {key}"})) as found:
            return int(found.status)
    except HTTPError as refused:
        return refused.code


@LANGUAGES
def test_a_day_of_a_salesman(open_page: OpenPage, scenes: Scenes, language: str) -> None:
    words, given = words_of(language), scenes[language]["salesman"]
    page = open_page("/today/", who="bilal", language=language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")
    expect(page.locator("h1")).to_have_text(words("My day"))
    line = page.locator(".todo").filter(has_text=given["task"])

    # rings the customer of the first thing to do, and writes down what was said
    line.get_by_role("link", name=given["name"], exact=True).click()
    expect(page.locator("h1")).to_have_text(given["name"])
    page.keyboard.press("r")
    expect(page.locator(".composer a[data-key=r]")).to_have_attribute("aria-current", "true")
    page.locator(".composer [name=text]").fill("Will take the lot if it comes on Friday")
    page.locator(".composer").get_by_role("button", name=words("Reached", "call")).click()
    expect(page.locator("#timeline .daybook")).to_contain_text("Will take the lot if it comes on Friday")

    # ticks it off; it can be taken back for a while
    page.goto("/today/")
    line.get_by_role("button", name=words("Done: %(title)s", title=given["task"])).click()
    toast(page, words("Done: %(title)s", title=given["task"]))
    expect(line).to_have_count(0)

    # moves the deal to the next stage with the keys
    page.goto(f"/deals/board/{given['board']}/")
    card = page.locator(f"#card-{given['deal']}")
    expect(page.locator(f"#head-{given['first']} .board__sum")).to_contain_text("40,000")
    card.locator(".card__title").focus()
    page.keyboard.press("Alt+ArrowLeft" if language == "ur" else "Alt+ArrowRight")
    expect(page.locator(f"#stage-{given['second']} #card-{given['deal']}")).to_be_visible()
    expect(page.locator(f"#head-{given['second']} .board__sum")).to_contain_text("40,000")
    expect(page.locator(f"#head-{given['first']} .board__sum")).not_to_contain_text("40,000")
    page.reload()
    expect(page.locator(f"#stage-{given['second']} #card-{given['deal']}")).to_be_visible()

    # writes the order
    page.goto(f"/orders/new/?customer={given['shop']}")
    page.fill("[name=item-0]", "Georgette")
    page.fill("[name=quantity-0]", "2")
    page.fill("[name=rate-0]", "1500")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/*/")
    expect(page.locator("tfoot .total")).to_contain_text("3,000.00")

    # and is told that the new lead is somebody who is here
    page.goto("/leads/add/")
    page.fill("[name=name]", "Somebody at the fair")
    page.locator("[name=phones]").press_sequentially(given["phone"])
    known = page.locator("#likely")
    expect(known.locator("h2")).to_have_text(words("Already here?"))
    known.get_by_role("link", name=given["name"], exact=True).click()
    expect(page.locator("h1")).to_have_text(given["name"])


@LANGUAGES
def test_a_day_of_the_counter(open_page: OpenPage, scenes: Scenes, language: str) -> None:
    words, given = words_of(language), scenes[language]["counter"]
    page = open_page("/customers/", who="ravi", language=language)

    # finds the customer by a name misspelt in another script
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.insert_text(given["typed"])
    found = page.locator("#palette-results a")
    expect(found.filter(has_text=given["name"])).to_be_visible()
    expect(found.first).to_contain_text(given["name"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(given["name"])

    # writes down where the goods go
    page.get_by_role("link", name=words("Add an address")).click()
    page.select_option("[name=kind]", "godown")
    page.fill("[name=unit]", "Godown 3")
    page.fill("[name=landmark]", "میٹھی مسجد کے پاس")
    page.fill("[name=city]", "Rajkot")
    page.locator("form.sheet .button--main").click()
    kept = page.locator("#addresses address").filter(has_text="Godown 3")
    expect(kept).to_contain_text("میٹھی مسجد کے پاس")

    # takes money in, and sees what stands after it
    page.goto(f"/payments/new/?customer={given['shop']}")
    expect(page.locator("[data-standing]")).to_contain_text("2,000")
    page.fill("[name=amount]", "500")
    expect(page.locator("[data-sum=after]")).to_contain_text("1,500")
    page.get_by_role("button", name=words("Save the payment")).click()
    page.wait_for_url(f"**/customers/{given['shop']}/")
    page.goto(f"/khata/{given['shop']}/")
    expect(page.locator(".statement-table tfoot td").last).to_have_text(re.compile(r"1,500"))

    # what is not the counter's is not there: neither the settings nor the merging of customers
    assert page.goto("/settings/roles/").status == 404  # type: ignore[union-attr]
    assert page.goto("/customers/duplicates/").status == 404  # type: ignore[union-attr]


@LANGUAGES
def test_the_owner_merges_two_and_takes_it_back(open_page: OpenPage, scenes: Scenes, language: str) -> None:
    words, given = words_of(language), scenes[language]["twins"]
    page = open_page("/customers/duplicates/", language=language)
    pair = page.locator(".pair").filter(has_text=given["kept"]).filter(has_text=given["gone"])
    pair.get_by_role("link", name=words("Merge", "verb")).click()
    expect(page.locator("h1")).to_have_text(words("Merge two records"))
    expect(page).to_have_url(re.compile(f"/customers/{given['one']}/merge/{given['two']}/$"))
    page.locator("[name=field-city][value=gone]").check()
    page.get_by_role("button", name=words("Merge", "verb"), exact=True).click()
    page.wait_for_url(f"**/customers/{given['one']}/")
    expect(page.locator("#facts")).to_contain_text("Jetpur")
    sentence = words("“%(gone)s” is now part of “%(kept)s”.", gone=given["gone"], kept=given["kept"])
    toast(page, sentence)
    page.goto(f"/customers/{given['two']}/")  # the old address leads to the one that stays
    page.wait_for_url(f"**/customers/{given['one']}/")

    page.locator("a[href^='/customers/merges/']").first.click()
    expect(page.locator(".table--plain")).to_contain_text("Jetpur")
    page.get_by_role("button", name=words("Take it back")).click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    page.goto(f"/customers/{given['two']}/")
    expect(page.locator("h1")).to_have_text(given["gone"])
    expect(page.locator("#facts")).to_contain_text("Jetpur")
    page.goto(f"/customers/{given['one']}/")
    expect(page.locator("#facts")).to_contain_text("Rajkot")
    expect(page.locator("#facts")).not_to_contain_text("Jetpur")


@LANGUAGES
def test_the_owner_asks_who_changed_a_limit_and_closes_it_to_a_role(
    open_page: OpenPage, scenes: Scenes, language: str
) -> None:
    words, given = words_of(language), scenes[language]["limit"]
    page = open_page(f"/customers/{given['one']}/facts/credit_limit/", language=language)
    page.get_by_role("link", name=words("Who changed it")).click()
    expect(page.locator("h1")).to_have_text(words("Who did what"))
    line = page.locator("tbody tr").filter(has_text="Bilal Shaikh")
    expect(line).to_have_count(1)
    line.locator("summary").click()
    expect(line.locator(".detail__list")).to_contain_text(re.compile(r"50,?000.*90,?000", re.DOTALL))
    line.get_by_role("button", name=words("Bring back")).click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    page.goto(f"/customers/{given['one']}/")
    expect(page.locator("#fact-credit_limit")).to_contain_text("50,000")

    # a role of their own for trainees, who see no limits
    before = open_page(f"/customers/{given['one']}/", who=f"tara{language == 'ur':d}", language=language)
    expect(before.locator("#fact-credit_limit")).to_contain_text("50,000")
    page.goto("/settings/roles/counter/")
    page.get_by_role("link", name=words("Make a role from it")).click()
    page.fill("[name=name]", f"Trainee {language}")
    page.locator("form.sheet .button--main").click()
    expect(page.locator("h1")).to_have_text(f"Trainee {language}")
    page.select_option("[name='field-customers.customer.credit_limit']", "hidden")
    page.locator(".roles__save .button--main").click()
    toast(page, words("Saved: it holds at once."))
    page.goto(f"/settings/people/{given['tara']}/")
    page.locator("[name=role]").select_option(label=f"Trainee {language}")
    page.locator("form.sheet .button--main").click()
    page.wait_for_url("**/settings/people/")
    before.reload()
    expect(before.locator("h1")).to_have_text(given["name"])
    expect(before.locator("#fact-credit_limit")).to_have_count(0)
    expect(before.locator("main")).not_to_contain_text("50,000")
    assert before.goto(f"/customers/{given['one']}/facts/credit_limit/").status == 404  # type: ignore[union-attr]


@LANGUAGES
def test_the_owner_tries_a_rule_and_makes_a_key(
    open_page: OpenPage, shop_server: Shop, scenes: Scenes, language: str
) -> None:
    words, given = words_of(language), scenes[language]["rule"]
    page = open_page("/settings/rules/", language=language)
    row = page.locator("tbody tr").filter(has_text=f"Welcome {language}")
    row.get_by_role("link", name=words("Try"), exact=True).click()
    expect(page.locator("h1")).to_have_text(words("What it would have done last month"))
    expect(page.locator("tbody tr").filter(has_text=given["name"])).to_contain_text(f"Welcomed {language}")
    page.goto(f"/customers/{given['one']}/")
    expect(page.locator("main")).not_to_contain_text(f"Welcomed {language}")  # nothing was done

    page.goto("/settings/keys/")
    page.fill("[name=name]", f"Till {language}")
    page.select_option("[name=role]", "salesman")
    page.select_option("[name=branch]", label="Rajkot")
    page.get_by_role("button", name=words("Make the key")).click()
    key = page.locator("code.secret").inner_text()
    line = page.locator("tbody tr").filter(has_text=f"Till {language}").last
    expect(line).to_contain_text("Rajkot")

    customer = f"{shop_server.url}/api/v1/customers/{given['one']}"
    assert answer(customer, key) == 200
    plain = open_page("/settings/keys/", language=language, script=False)
    expect(plain.locator("code.secret")).to_have_count(0)  # it is shown once
    line = plain.locator("tbody tr").filter(has_text=f"Till {language}")
    line.get_by_role("button", name=words("Withdraw"), exact=True).click()
    expect(line).to_contain_text(words("Withdrawn"))
    assert answer(customer, key) == 401
