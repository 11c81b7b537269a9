"""A file from upload to undo through the screens."""

from django.core.files.uploadedfile import SimpleUploadedFile

from grahak.connect.importing.engine import run_import
from grahak.connect.importing.undo import undo
from grahak.connect.models import ImportRun
from grahak.customers.models import Customer
from grahak.sales.models import DaySales, Order

FILE = (
    "Sales register\n\nBill No,Date,Party,Mobile,Item,Qty,Rate\n"
    "7,03/11/2026,Mehta Saree Centre,98250 41276,Georgette,10,620\n"
    "7,03/11/2026,Mehta Saree Centre,98250 41276,Bandhani,4,540\n"
    "8,04/11/2026,Vora Silk Mills,98250 4127,Potli bag,3,85\n"
    "9,05/11/2026,Gul Fabrics,,Potli bag,abc,85\n"
)


def upload(client, text=FILE, kind="orders"):
    file = SimpleUploadedFile("register.csv", text.encode())
    return client.post("/imports/", {"kind": kind, "file": file})


def test_a_file_goes_from_upload_to_undo(as_amina, amina):
    answer = upload(as_amina)
    run = ImportRun.objects.get()
    assert answer.status_code == 302
    page = as_amina.get(f"/imports/{run.pk}/columns/").content.decode()
    assert "Mehta Saree Centre" in page
    assert "is not a number in use" in page
    assert "“abc” is not a number." in page
    as_amina.post(f"/imports/{run.pk}/begin/")
    run_import(run.pk)
    run.refresh_from_db()
    assert (run.state, run.added, run.failed) == ("done", 2, 2)
    order = Order.objects.get()
    assert (order.number, str(order.net), order.customer.name) == ("7", "8360.0000", "Mehta Saree Centre")
    assert str(DaySales.objects.get().net) == "8360.0000"
    failed = b"".join(as_amina.get(f"/imports/{run.pk}/failed-rows.csv").streaming_content).decode()
    assert "Vora Silk Mills" in failed
    assert "Gul Fabrics" in failed
    as_amina.post(f"/imports/{run.pk}/undo/")
    undo(run, by=amina)
    run.refresh_from_db()
    assert run.state == "undone"
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_rubbish_is_refused_with_a_reason(as_amina):
    answer = upload(as_amina, "\x00\x01\x02\x03")
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_a_salesman_has_no_door_to_imports(as_bilal):
    assert as_bilal.get("/imports/").status_code == 404
