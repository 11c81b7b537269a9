"""Everything a business owns: complete by construction, open to the owner only, and importable again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from grahak.catalogue import actions as catalogue
from grahak.catalogue.models import Product
from grahak.connect import actions as connect
from grahak.connect.exporting import actions, writing
from grahak.connect.exporting.models import ExportRun, ExportState
from grahak.connect.exporting.tables import LEFT_OUT, every_model, tables
from grahak.connect.importing.engine import run_import
from grahak.core.models import AuditEntry, User
from grahak.customers import actions as customers
from grahak.customers import custom
from grahak.customers.attachments import keeping
from grahak.customers.models import Customer, CustomerTag, Identity
from grahak.sales import actions as sales
from grahak.sales.models import LedgerEntry, Order, OrderLine, Payment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shop(amina: User) -> Customer:
    customers.add_field(by=amina, name="Route", kind="choice", options=["North", "South"])
    custom.forget()
    iqbal = customers.add_customer(
        by=amina, name="محمد اقبال ٹریڈرز", phones=["+92 321 4567890"], emails=["i@example.com"], city="Rajkot",
        tags=["wholesale", "cloth"], credit_limit=Decimal(50000), credit_days=30, address="12, Main Road\nRajkot",
        kind="business", owner=amina,
    )  # fmt: skip
    customers.set_own(iqbal, {"route": "North"}, by=amina)
    customers.add_customer(by=amina, name="=SUM(A1)", kind="person")
    tea = catalogue.add_product(by=amina, code="TEA-250", name="Tea 250 g", price=Decimal("120.50"))
    line = sales.LineDraft(
        quantity=Decimal("2.5"), unit_price=Decimal("118.50"), product=tea, tax=Decimal("10")
    )
    order = sales.place_order(by=amina, customer=iqbal, lines=[line], received=Decimal(100))
    back = sales.lines_to_return(order, {1: Decimal(1)})
    sales.take_return(order, by=amina, lines=back)
    sales.receive_payment(by=amina, customer=iqbal, amount=Decimal(50), method="upi")
    return iqbal


def written(kind: str, by: User) -> zipfile.ZipFile:
    run = ExportRun.objects.create(format=kind, by=by, tables=len(tables()))
    actions.write(run.pk)
    run.refresh_from_db()
    assert (run.state, run.fault) == (ExportState.DONE, "")
    return zipfile.ZipFile(actions.path_of(run))


def rows_of(pack: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(pack.read(name).decode("utf-8-sig"))))


def test_every_table_is_exported_or_left_out_with_a_reason() -> None:
    known = {one.model._meta.label for one in tables()} | set(LEFT_OUT)
    assert {one._meta.label for one in every_model()} - known == set()
    assert set(LEFT_OUT) - {one._meta.label for one in every_model()} == set()


def test_no_secret_leaves_in_an_export() -> None:
    names = {f"{table.name}.{one.name}" for table in tables() for one in table.columns}
    assert [
        name for name in names if any(word in name for word in ("password", "sealed", "digest", "secret"))
    ] == []


def test_the_tables_hold_every_row_and_say_what_they_are(amina: User, shop: Customer) -> None:
    pack = written("csv", amina)
    found = rows_of(pack, "tables/customers_customer.csv")
    assert [row["name"] for row in found] == ["محمد اقبال ٹریڈرز", "=SUM(A1)"]
    assert found[0]["credit_limit"] == "50000.0000"
    assert len(rows_of(pack, "tables/sales_orderline.csv")) == OrderLine.objects.count()
    readme = pack.read("README.md").decode()
    assert "## customers_customer (2 rows)" in readme
    assert "| customer_id | whole number | → customers_customer.id |" in readme


def test_json_lines_and_parquet_hold_the_same_rows(amina: User, shop: Customer, tmp_path: Path) -> None:
    lines = written("jsonl", amina).read("tables/sales_order.jsonl").decode().splitlines()
    totals = [json.loads(line)["total"] for line in lines]
    packed = tmp_path / "orders.parquet"
    packed.write_bytes(written("parquet", amina).read("tables/sales_order.parquet"))
    found = duckdb.sql(f"SELECT total, typeof(placed_at) FROM '{packed}' ORDER BY id").fetchall()
    assert [Decimal(total) for total in totals] == [row[0] for row in found]
    assert {row[1] for row in found} == {"TIMESTAMP WITH TIME ZONE"}


def test_what_was_exported_is_brought_in_again(amina: User, shop: Customer, tmp_path: Path) -> None:
    pack = written("csv", amina)
    before = _state()
    for model in (LedgerEntry, Payment, OrderLine):
        model.objects.all().delete()
    Order.objects.filter(kind="return").delete()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    Product.objects.all().delete()
    for kind in ("customers", "products", "orders"):
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(pack.read(f"import/{kind}.csv"))
        run = connect.prepare_import(path, kind, by=amina)
        run_import(run.pk)
        run.refresh_from_db()
        assert (run.state, run.failed) == ("done", 0), (kind, run.columns, list(run.issues.values()))
    assert _state() == before


def _state() -> Any:
    people = {
        one.name: (
            one.kind, one.city, " ".join(one.address.split()), one.credit_limit, one.credit_days, one.owner_id,
            sorted(Identity.objects.filter(contact__customer=one).values_list("kind", "value")),
            sorted(CustomerTag.objects.filter(customer=one).values_list("tag__name", flat=True)),
            custom.values_of([one.pk]).get(one.pk, {}),
        )
        for one in Customer.objects.all()
    }  # fmt: skip
    items = list(Product.objects.values_list("code", "name", "price"))
    orders = sorted(
        (one.kind, one.net, one.tax, one.total, one.customer.name if one.customer else "")
        for one in Order.objects.select_related("customer")
    )
    return people, items, orders


def test_an_export_that_was_killed_is_begun_anew_and_no_half_file_is_offered(
    amina: User, shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ExportRun.objects.create(format="csv", by=amina, tables=len(tables()))

    class Killed(BaseException):
        pass

    def die(*_args: Any) -> str:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(writing, "readme", die)
        actions.write(run.pk)
    assert not actions.path_of(run).exists()
    actions.write(run.pk)
    run.refresh_from_db()
    assert run.state == ExportState.DONE
    assert actions.path_of(run).exists()


def test_the_screen_from_asking_to_taking(as_amina: Any, amina: User, shop: Customer) -> None:
    asked = as_amina.post("/settings/export/", {"format": "csv"})
    run = ExportRun.objects.get()
    assert asked.headers["Location"] == run.get_absolute_url()
    assert as_amina.post("/settings/export/", {"format": "csv"}).status_code == 409
    assert b"every 2s" in as_amina.get(run.get_absolute_url()).content
    actions.write(run.pk)
    page = as_amina.get(run.get_absolute_url())
    assert b"every 2s" not in page.content
    taken = as_amina.get(f"{run.get_absolute_url()}file/")
    assert b"".join(taken.streaming_content)[:2] == b"PK"
    assert AuditEntry.objects.filter(action="connect.export.taken", by=amina).count() == 1
    as_amina.post(f"{run.get_absolute_url()}remove/")
    assert not actions.path_of(run).exists()
    assert as_amina.get(f"{run.get_absolute_url()}file/").status_code == 409


def test_a_manager_does_not_take_everything_away(amina: User, rajkot: Any) -> None:
    from tests.cast import signed_in

    manager = User.objects.create_user("m@kapasi.example", None, name="Mira", role="manager", branch=rajkot)
    assert signed_in(manager).get("/settings/export/").status_code == 404


def test_the_papers_of_customers_go_along(amina: User, shop: Customer, tmp_path: Path) -> None:
    kept = keeping.take(shop, SimpleUploadedFile("rates.txt", b"Tea 120"), by=amina)
    lost = keeping.take(shop, SimpleUploadedFile("lost.txt", b"Tea 130"), by=amina)
    Path(lost.file.path).unlink()
    pack = written("csv", amina)
    rows = {row["name"]: row["file"] for row in rows_of(pack, "tables/customers_attachment.csv")}
    assert pack.read(f"files/{rows['rates.txt']}") == b"Tea 120"
    assert f"files/{lost.file.name}" not in pack.namelist()
    assert [name for name in pack.namelist() if name.startswith("files/")] == [f"files/{kept.file.name}"]
