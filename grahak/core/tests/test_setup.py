"""The first run, the shop's settings, its logo and branches, leaving the demo, keys and the log."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from grahak.core import business as house
from grahak.core.actions import shop as shop_actions
from grahak.core.models import ApiKey, AuditEntry, Branch, Business, User
from grahak.core.refusals import Conflict
from grahak.core.registry import registry

pytestmark = pytest.mark.django_db
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00" + b"\x00" * 20
)
FIRST = {
    "name": "Kapasi Textiles",
    "currency": "PKR",
    "grouping": "indian",
    "time_zone": "Asia/Karachi",
    "fiscal_month": "7",
    "language": "ur",
    "country": "PK",
    "address": "",
    "branch_name": "Main bazaar",
    "owner_name": "Amina Kapasi",
    "owner_email": "Amina@Kapasi.example",
    "password": "khata-and-kitab-7",
}


def _logo(content: bytes = PNG, name: str = "../../logo.php") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def no_shop(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    house.forget()


@pytest.mark.parametrize("path", ["/", "/customers/", "/login/", "/settings/", "/search/?q=x"])
def test_before_the_first_run_every_page_leads_to_it(no_shop: None, client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == "/setup/"


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ur", "rtl"), ("hi", "ltr"), ("gu", "ltr")]
)
def test_the_first_run_speaks_four_languages(
    no_shop: None, client: Client, language: str, direction: str
) -> None:
    client.cookies["grahak_language"] = language
    html = client.get("/setup/").content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in html


def test_an_urdu_browser_is_offered_rupees_of_pakistan(no_shop: None, client: Client) -> None:
    html = client.get("/setup/", headers={"Accept-Language": "ur-PK"}).content.decode()
    assert '<option value="PKR" selected>' in html
    assert '<option value="Asia/Karachi" selected>' in html
    assert '<option value="7" selected>' in html


def test_the_first_run_opens_the_shop_and_lets_its_owner_in(no_shop: None, client: Client) -> None:
    answer = client.post("/setup/", FIRST | {"logo": _logo()})
    assert answer.headers["Location"] == reverse("core:next_steps")
    shop, owner = Business.objects.get(), User.objects.get()
    assert (shop.name, shop.currency, shop.time_zone, shop.fiscal_month, shop.is_demo) == (
        "Kapasi Textiles", "PKR", "Asia/Karachi", 7, False,
    )  # fmt: skip
    assert (owner.role, owner.email, owner.branch.name) == ("owner", "amina@kapasi.example", "Main bazaar")
    assert client.get(reverse("core:next_steps")).status_code == 200
    assert AuditEntry.objects.get(action="core.business.started").by == owner
    assert "logo.php" not in shop.logo.name
    assert shop.logo.name.endswith(".png")


def test_the_first_run_happens_once(as_amina: Client, client: Client) -> None:
    assert client.get("/setup/").headers["Location"] == "/"
    assert client.post("/setup/", FIRST).headers["Location"] == "/"
    assert (Business.objects.count(), User.objects.count()) == (1, 1)


def test_two_first_runs_at_once_make_one_shop(business: Business) -> None:
    with pytest.raises(Conflict):
        shop_actions.start_shop(
            shop={"name": "Second"},
            logo=None,
            branch="B",
            owner_name="X",
            owner_email="x@x.example",
            password="p",
        )
    assert (Business.objects.get().name, User.objects.count()) == ("Kapasi Textiles", 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"currency": "XXX"}, "currency"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"fiscal_month": "13"}, "fiscal_month"),
        ({"language": "fr"}, "language"),
        ({"password": "short"}, "password"),
        ({"password": "AminaKapasi"}, "password"),
        ({"owner_email": "amina"}, "owner_email"),
        ({"branch_name": ""}, "branch_name"),
    ],
)
def test_a_fault_in_the_first_run_names_the_field_and_makes_nothing(
    no_shop: None, client: Client, changes: dict[str, str], field: str
) -> None:
    answer = client.post("/setup/", FIRST | changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert (Business.objects.count(), User.objects.count(), Branch.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\x00" * 40,
        b"\x89PNG",
        PNG + b"\x00" * 1024 * 1024,
    ],
    ids=["svg", "html", "gif", "stump", "too large"],
)
def test_only_small_real_pictures_become_a_logo(no_shop: None, client: Client, content: bytes) -> None:
    answer = client.post("/setup/", FIRST | {"logo": _logo(content, "logo.png")})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["logo"]


def test_the_logo_is_served_as_a_picture_and_nothing_else(no_shop: None, client: Client) -> None:
    client.post("/setup/", FIRST | {"logo": _logo()})
    answer = Client().get("/logo/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(answer.streaming_content) == PNG


def test_the_demo_can_be_looked_at_first(
    no_shop: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_demo(request: Any) -> User:
        Business.objects.create(pk=1, name="Demo", is_demo=True)
        return User.objects.create_user("amina@kapasi.example", None, name="Amina", role="owner")

    monkeypatch.setattr(registry, "demo_starter", open_demo)
    assert b"Look at the demo shop first" in client.get("/setup/").content
    assert client.post("/setup/demo/").headers["Location"] == "/"
    assert client.get("/me/").context["user"].email == "amina@kapasi.example"
    assert client.post("/setup/demo/").status_code == 404


def test_leaving_the_demo_needs_its_name(
    as_amina: Client, amina: User, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[User] = []
    monkeypatch.setattr(registry, "demo_leaver", left.append)
    url = reverse("core:leave_demo")
    assert as_amina.post(url, {"typed": business.name}).status_code == 404
    business.is_demo = True
    business.save()
    house.forget()
    assert as_amina.post(url, {"typed": "kapasi"}).status_code == 422
    assert left == []
    assert as_amina.post(url, {"typed": " kapasi   textiles "}).headers["Location"] == "/setup/"
    assert left == [amina]


def test_a_manager_does_not_leave_the_demo(as_bilal: Client, bilal: User, business: Business) -> None:
    Business.objects.update(is_demo=True)
    house.forget()
    User.objects.filter(pk=bilal.pk).update(role="manager")
    assert as_bilal.post(reverse("core:leave_demo"), {"typed": business.name}).status_code == 404


def _shop_fields(**changes: str) -> dict[str, str]:
    wanted = ("name", "currency", "grouping", "time_zone", "fiscal_month", "language", "country", "address")
    return {name: FIRST[name] for name in wanted} | {"currency": "INR", "attribution_days": "10"} | changes


def test_the_shop_is_changed_with_an_audit_line(as_amina: Client, business: Business) -> None:
    assert as_amina.post(reverse("core:shop"), _shop_fields(name="Kapasi & Sons")).status_code == 302
    business.refresh_from_db()
    assert (business.name, business.time_zone, business.attribution_days) == (
        "Kapasi & Sons", "Asia/Karachi", 10,
    )  # fmt: skip
    assert AuditEntry.objects.get(action="core.business.changed").detail["name"] == [
        "Kapasi Textiles",
        "Kapasi & Sons",
    ]


def test_the_currency_is_fixed_once_orders_are_written(
    as_amina: Client, amina: User, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "currency_locks", [lambda: True])
    as_amina.post(reverse("core:shop"), _shop_fields(currency="PKR"))
    with pytest.raises(Conflict):
        shop_actions.edit_shop(business, by=amina, currency="PKR")
    assert Business.objects.get().currency == "INR"


def test_a_new_logo_replaces_the_file_and_can_be_taken_away(
    no_shop: None, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.post("/setup/", FIRST | {"logo": _logo()})
    old = Business.objects.get().logo
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("core:shop"), _shop_fields() | {"logo": _logo()})
    new = Business.objects.get().logo
    assert (old.storage.exists(old.name), new.storage.exists(new.name)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("core:shop"), _shop_fields(logo_clear="1"))
    assert Business.objects.get().logo.name == ""
    assert not new.storage.exists(new.name)
    assert client.get("/logo/").status_code == 404


def test_branches_are_added_renamed_and_removed_while_empty(as_amina: Client, rajkot: Branch) -> None:
    as_amina.post(reverse("core:branches"), {"name": "Bhuj", "address": ""})
    bhuj = Branch.objects.get(name="Bhuj")
    as_amina.post(reverse("core:branch", args=[bhuj.pk]), {"name": "Bhuj, station road", "address": ""})
    bhuj.refresh_from_db()
    assert bhuj.name == "Bhuj, station road"
    as_amina.post(reverse("core:remove_branch", args=[bhuj.pk]))
    assert list(Branch.objects.all()) == [rajkot]


def test_a_branch_with_people_stays(as_amina: Client, bilal: User, surat: Branch, rajkot: Branch) -> None:
    answer = as_amina.post(reverse("core:remove_branch", args=[rajkot.pk]), follow=True)
    assert b"so it stays" in answer.content
    assert Branch.objects.filter(pk=rajkot.pk).exists()


def test_two_branches_never_share_a_name(as_amina: Client, rajkot: Branch) -> None:
    answer = as_amina.post(reverse("core:branches"), {"name": "Rajkot"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]


def test_a_key_is_shown_once_and_kept_as_its_hash(as_amina: Client, amina: User) -> None:
    answer = as_amina.post(reverse("core:keys"), {"kind": "api", "role": "analyst", "name": "till 2"})
    plain, key = answer.context["plain"], ApiKey.objects.get()
    assert plain.startswith("ga_")
    assert plain in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (key.digest, key.role, key.created_by) == (ApiKey.digest_of(plain), "analyst", amina)
    assert plain not in as_amina.get(reverse("core:keys")).content.decode()
    assert plain not in json.dumps(AuditEntry.objects.get(action="core.key.made").detail)


def test_a_withdrawn_key_stays_withdrawn(as_amina: Client, amina: User) -> None:
    key, _plain = ApiKey.issue("api", "analyst", by=amina)
    as_amina.post(reverse("core:withdraw_key", args=[key.pk]))
    first = ApiKey.objects.get().revoked_at
    as_amina.post(reverse("core:withdraw_key", args=[key.pk]))
    assert first is not None
    assert ApiKey.objects.get().revoked_at == first
    assert AuditEntry.objects.filter(action="core.key.withdrawn").count() == 1


def _key(*words: str) -> str:
    out = io.StringIO()
    call_command("key", *words, stdout=out)
    return out.getvalue().strip()


def test_the_command_makes_lists_and_revokes_keys(business: Business) -> None:
    made = json.loads(_key("api", "--role", "analyst", "--name", "report tool", "--json"))
    assert ApiKey.objects.get().digest == ApiKey.digest_of(made["key"])
    plain = _key("write", "--role", "counter")
    assert plain.startswith("gw_")
    assert [row["kind"] for row in json.loads(_key("list", "--json"))] == ["write", "api"]
    _key("revoke", made["prefix"])
    assert ApiKey.objects.get(prefix=made["prefix"]).revoked_at is not None


@pytest.mark.parametrize("words", [("api",), ("revoke",), ("revoke", "nosuch"), ("api", "--role", "emperor")])
def test_the_command_refuses_what_it_cannot_do(business: Business, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        _key(*words)
    assert ApiKey.objects.count() == 0


def test_the_log_is_filtered_and_paged(as_amina: Client, amina: User, bilal: User) -> None:
    from grahak.core import audit

    for number in range(60):
        audit.record("sales.order.placed", by=bilal, label=f"B-{number}")
    audit.record("core.key.made", by=amina, label="till")
    page = as_amina.get(reverse("core:audit"))
    assert [row["entry"].label for row in page.context["rows"][:2]] == ["till", "B-59"]
    assert len(page.context["rows"]) == 50
    older = as_amina.get(reverse("core:audit"), {"before": page.context["older"]})
    assert [row["entry"].label for row in older.context["rows"]] == [f"B-{n}" for n in range(10, -1, -1)]
    assert older.context["older"] is None
    one = as_amina.get(reverse("core:audit"), {"person": amina.pk, "room": "core", "q": "TILL"})
    assert [row["entry"].label for row in one.context["rows"]] == ["till"]


@pytest.mark.parametrize(
    "query", ["person=x", "before=-1", "since=yesterday", "before=99999999999999999999", "room=%25"]
)
def test_nonsense_in_the_logs_address_breaks_nothing(as_amina: Client, query: str) -> None:
    assert as_amina.get(f"{reverse('core:audit')}?{query}").status_code == 200
