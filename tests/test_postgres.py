"""The run on PostgreSQL is one: `make test` starts a real server for it."""

import os

import pytest
from django.db import connection


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_records_are_where_the_run_says() -> None:
    wanted = "postgresql" if os.environ.get("GRAHAK_TEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == wanted


@pytest.mark.postgres
@pytest.mark.django_db
def test_urdu_hindi_and_gujarati_come_back_as_they_went_in() -> None:
    words = ["محمد اقبال", "मोहम्मद इक़बाल", "મોહમ્મદ ઇકબાલ", "₹ 1,86,250 – 👍"]
    with connection.cursor() as cursor:
        for word in words:
            cursor.execute("SELECT %s", [word])
            assert cursor.fetchone() == (word,)
