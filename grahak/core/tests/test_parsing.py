"""Numbers, dates, phones and e-mail addresses as people type them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grahak.core.csv_guard import guard, unguard
from grahak.core.parsing import (
    SENTENCES,
    Unreadable,
    clean_email,
    detect_day_first,
    detect_decimal_mark,
    is_blank,
    parse_balance,
    parse_date,
    parse_decimal,
    parse_percent,
    parse_phone,
    parse_quantity,
    split_phones,
)

TODAY = date(2026, 11, 22)


def refusal(reader, *args, **kwargs):
    with pytest.raises(Unreadable) as caught:
        reader(*args, **kwargs)
    assert str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,23,456.50", "123456.50"),
        ("12,34,56,789", "123456789"),
        ("1,234,567.89", "1234567.89"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1 234,50", "1234.50"),
        ("1\u202f234\u202f567,5", "1234567.5"),
        ("1'234.50", "1234.50"),
        ("0,500", "0.500"),
        (",50", "0.50"),
        ("50.", "50"),
        ("1,234", "1234"),
        ("12,5", "12.5"),
        ("₹ 1,23,456.50/-", "123456.50"),
        ("Rs. 500/-", "500"),
        ("Rs.1,500.00", "1500.00"),
        ("PKR 5,000", "5000"),
        ("5,000 PKR", "5000"),
        ("£12.50", "12.50"),
        ("$ 3", "3"),
        ("₨ 40", "40"),
        ("500 روپے", "500"),
        ("रु. 500", "500"),
        ("રૂ. 500", "500"),
        ("-₹100", "-100"),
        ("₹-100", "-100"),
        ("500-", "-500"),
        ("−12", "-12"),
        ("(1,234.56)", "-1234.56"),
        ("(₹ 5)", "-5"),
        ("+7", "7"),
        ("۱۲۳٫۵", "123.5"),
        ("١٬٢٣٤", "1234"),
        ("१,२३,४५६", "123456"),
        ("૧૨.૫", "12.5"),
        ("3 lakh", "300000"),
        ("2.5 crore", "25000000"),
        ("۳ لاکھ", "300000"),
        ("२.५ करोड़", "25000000"),
        ("૫ લાખ", "500000"),
        ("5 हज़ार", "5000"),
        ("1.2E+05", "120000"),
        ("\ufeff12\u200e", "12"),
    ],
)
def test_a_number_is_read_however_it_is_written(text, number):
    assert parse_decimal(text) == Decimal(number)
    assert "E" not in str(parse_decimal(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_blank"),
        ("  ", "number_blank"),
        ("abc", "number"),
        ("nan", "number"),
        ("Infinity", "number"),
        ("0x10", "number"),
        ("1_000", "number"),
        ("½", "number"),
        ("12:30", "number"),
        ("(5", "number"),
        ("1,2,3", "number_groups"),
        ("1.2.3", "number_groups"),
        ("1,234.567,89", "number_groups"),
        ("1234,567.5", "number_groups"),
        ("--5", "number_sign"),
        ("-5-", "number_sign"),
        ("(-5)", "number_sign"),
        ("10000000000001", "number_huge"),
        ("1e400", "number_huge"),
        ("9" * 500, "number_huge"),
        ("20 lakh crore", "number"),
        ("2.5 Cr", "number_cr"),
    ],
)
def test_what_is_not_a_number_is_refused(text, code):
    assert refusal(parse_decimal, text) == code


def test_the_known_decimal_mark_decides_what_one_mark_means():
    assert parse_decimal("1.234", decimal_mark=",") == 1234
    assert parse_decimal("1.234", decimal_mark=".") == Decimal("1.234")
    assert parse_decimal("1,234", decimal_mark=",") == Decimal("1.234")
    assert parse_decimal("1,234", decimal_mark=".") == 1234
    assert parse_decimal("-12,5", decimal_mark=",") == Decimal("-12.5")
    assert refusal(parse_decimal, "12,5", decimal_mark=".") == "number_groups"


def test_words_for_lakh_can_be_refused():
    assert refusal(parse_decimal, "3 lakh", words=False) == "number_words"


def test_numbers_of_a_spreadsheet_lose_their_binary_noise():
    assert parse_decimal(0.1 + 0.2) == Decimal("0.3")
    assert parse_decimal(6) == 6
    assert parse_decimal(Decimal("1.10")) == Decimal("1.10")
    for rubbish in (float("nan"), float("inf"), True, object(), Decimal("NaN")):
        assert refusal(parse_decimal, rubbish) == "number"
    assert refusal(parse_decimal, 10**5000) == "number_huge"
    assert refusal(parse_decimal, None) == "number_blank"


@given(st.text(max_size=80))
def test_any_text_is_a_finite_number_or_unreadable(text):
    for reader in (parse_decimal, parse_balance):
        try:
            assert abs(reader(text)) <= 10**13
        except Unreadable as error:
            assert str(error)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_both_groupings_read_back_as_they_were_written(number):
    assert parse_decimal(f"{number:,}") == number
    european = f"{number:,}".translate(str.maketrans(",.", ".,"))
    assert parse_decimal(european) == number
    assert parse_decimal(european, decimal_mark=",") == number


@pytest.mark.parametrize(
    ("text", "owed"),
    [
        ("4,82,500.00 Dr", "482500.00"),
        ("12,500 Cr", "-12500"),
        ("12,500 (Cr)", "-12500"),
        ("Dr 500", "500"),
        ("Cr. 5", "-5"),
        ("500", "500"),
        ("-500", "-500"),
        ("(500)", "-500"),
        ("₹500 dr.", "500"),
        ("3 lakh Dr", "300000"),
        ("५०० नामे", "500"),
        ("५०० जमा", "-500"),
        ("جمع ۵۰۰", "-500"),
        ("૫૦૦ જમા", "-500"),
        ("you will get 500", "500"),
        ("500 payable", "-500"),
        ("0.00 Cr", "0"),
    ],
)
def test_a_debit_is_what_the_customer_owes(text, owed):
    assert parse_balance(text) == Decimal(owed)


def test_the_side_may_stand_in_a_column_of_its_own():
    assert parse_balance("12,500", side="Cr.") == -12500
    assert parse_balance(12500.5, side="Dr") == Decimal("12500.5")
    assert parse_balance("500", side=" ") == 500
    assert refusal(parse_balance, "-500", side="Cr") == "number_signed_side"
    assert refusal(parse_balance, "500", side="yes") == "side"


def test_a_minus_with_a_side_is_refused_because_it_reads_both_ways():
    assert refusal(parse_balance, "-500 Cr") == "number_signed_side"
    assert refusal(parse_balance, "credit note") == "number"
    assert parse_balance(-12.5) == Decimal("-12.5")


def test_rates_are_percentages():
    assert [parse_percent(text) for text in ("18", "18 %", "GST@18%", "IGST 5%", "૧૮%", 12)] == [
        18, 18, 18, 5, 18, 12,
    ]  # fmt: skip
    for text in ("120", "-1", "exempt", ""):
        assert refusal(parse_percent, text) == "percent"


def test_quantities_keep_the_unit_behind_them():
    assert parse_quantity("12.00 Nos") == (12, "Nos")
    assert parse_quantity("1,200 Mtr.") == (1200, "Mtr")
    assert parse_quantity("૨ ડઝન") == (2, "ડઝન")
    assert parse_quantity("-3pcs") == (-3, "pcs")
    assert parse_quantity(7.5) == (Decimal("7.5"), "")
    assert refusal(parse_quantity, "3 lakh") == "number_words"


def test_a_columns_decimal_mark_is_told_by_values_that_can_only_be_read_one_way():
    assert detect_decimal_mark(["1,234", "1,23,456", "12.50"]) == "."
    assert detect_decimal_mark(["1.234", "1.234,50", "7,5"]) == ","
    assert detect_decimal_mark(["1,234", "1.234", "x", "", 5]) is None
    assert detect_decimal_mark(["1,5", "1.5"]) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026/11/22", date(2026, 11, 22)),
        ("20261122", date(2026, 11, 22)),
        ("22/11/2026", date(2026, 11, 22)),
        ("22.11.26", date(2026, 11, 22)),
        ("22 11 2026", date(2026, 11, 22)),
        ("3/4/26", date(2026, 4, 3)),
        ("1-Apr-25", date(2025, 4, 1)),
        ("22nd Nov 26", date(2026, 11, 22)),
        ("Nov 22, 2026", date(2026, 11, 22)),
        ("Sunday, 22 November 2026", date(2026, 11, 22)),
        ("२२/११/२०२६", date(2026, 11, 22)),
        ("٢٢\u200f/١١\u200f/٢٠٢٦", date(2026, 11, 22)),
        ("۲۲ نومبر ۲۰۲۶", date(2026, 11, 22)),
        ("22 नवंबर 2026", date(2026, 11, 22)),
        ("૨૨ નવેમ્બર ૨૦૨૬", date(2026, 11, 22)),
        ("22/11/71", date(1971, 11, 22)),
        ("46000", date(2025, 12, 9)),
        ("01/12/2010 8:26", datetime(2010, 12, 1, 8, 26)),
        ("22-Nov-2026 3:45 PM", datetime(2026, 11, 22, 15, 45)),
        ("22/11/2026 12:05 am", datetime(2026, 11, 22, 0, 5)),
        ("November 22, 2026 at 3:45 p.m.", datetime(2026, 11, 22, 15, 45)),
        ("2026-11-22 10:15:00", datetime(2026, 11, 22, 10, 15)),
        ("2026-11-22T10:15:00Z", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        (
            "2026-11-22 10:15:00 +0530",
            datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        ),
        ("2026-11-22 10:15:00 PKT", datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=5)))),
        ("2026-11-22T10:15:00.5", datetime(2026, 11, 22, 10, 15, 0, 500000)),
        ("20261122T1015", datetime(2026, 11, 22, 10, 15)),
    ],
)
def test_a_date_is_read_however_it_is_written(text, day):
    found = parse_date(text, day_first=True, today=TODAY)
    assert found == day
    assert type(found) is type(day)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "date_blank"),
        (None, "date_blank"),
        ("abc", "date"),
        ("5/2026", "date"),
        ("12:30", "date"),
        ("22/11/2026 soon", "date"),
        ("3-Dec", "date_year"),
        ("31/02/2026", "date_impossible"),
        ("2026-02-30", "date_impossible"),
        ("00/00/0000", "date_impossible"),
        ("22/11/2026 25:00", "date_time"),
        ("1/1/1969", "date_old"),
        ("0001-01-01", "date_old"),
        ("24/11/2027", "date_far"),
        ("9999-12-31", "date_far"),
        ("11/22/2026", "date_order_day"),
        (0, "date"),
        (-5, "date"),
        (1e12, "date"),
        (float("nan"), "date"),
        (True, "date"),
        ([], "date"),
    ],
)
def test_what_is_not_a_date_of_trade_is_refused(value, code):
    assert refusal(parse_date, value, day_first=True, today=TODAY) == code


def test_month_first_dates_are_read_so_only_when_told_or_forced():
    assert parse_date("03/04/2026", day_first=False, today=TODAY) == date(2026, 3, 4)
    assert parse_date("03/04/2026", day_first=None, today=TODAY) == date(2026, 4, 3)
    assert parse_date("11/22/2026", day_first=None, today=TODAY) == date(2026, 11, 22)
    assert refusal(parse_date, "22/11/2026", day_first=False, today=TODAY) == "date_order_month"


def test_day_numbers_and_dates_of_a_spreadsheet_are_read():
    assert parse_date(46000, day_first=None, today=TODAY) == date(2025, 12, 9)
    assert parse_date(45384.34789351852, day_first=None, today=TODAY) == datetime(2024, 4, 2, 8, 20, 58)
    assert parse_date(20261122, day_first=None, today=TODAY) == date(2026, 11, 22)
    assert parse_date(datetime(2026, 1, 2, 3, 4), day_first=None, today=TODAY) == datetime(2026, 1, 2, 3, 4)
    assert refusal(parse_date, date(1965, 1, 1), day_first=None, today=TODAY) == "date_old"


def test_the_order_of_day_and_month_shows_in_values_above_twelve():
    assert detect_day_first(["01/02/2026", "23/02/2026"]) is True
    assert detect_day_first(["01/02/2026", "02/23/2026", 5, "x"]) is False
    assert detect_day_first(["01/02/2026", "2026-02-23"]) is None
    assert detect_day_first(["23/02/2026", "02/23/2026"]) is None


@given(st.text(max_size=80), st.sampled_from([True, False, None]))
def test_any_text_is_a_date_within_bounds_or_unreadable(text, day_first):
    try:
        found = parse_date(text, day_first=day_first, today=TODAY)
    except Unreadable as error:
        assert str(error)
    else:
        day = found.date() if isinstance(found, datetime) else found
        assert date(1970, 1, 1) <= day <= TODAY + timedelta(days=366)


@given(st.dates(min_value=date(1970, 1, 1), max_value=TODAY))
def test_every_day_reads_back_in_each_form(day):
    for form, day_first in (("%d/%m/%Y", True), ("%m/%d/%Y", False), ("%Y-%m-%d", None), ("%d-%b-%Y", None)):
        assert parse_date(day.strftime(form), day_first=day_first, today=TODAY) == day


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("0300 1234567", "+923001234567"),
        ("98250 12345", "+919825012345"),
        ("0091 98250 12345", "+919825012345"),
        ("091 98250 12345", "+919825012345"),
        ("00923001234567", "+923001234567"),
        ("091 2345678", "+92912345678"),
        ("(+92) 300 1234567", "+923001234567"),
        ("+91 0 98250 12345", "+919825012345"),
        ("919825012345", "+919825012345"),
        (919825012345.0, "+919825012345"),
        ("9825012345.0", "+919825012345"),
        ("٠٣٠٠١٢٣٤٥٦٧", "+923001234567"),
        ("۰۳۰۰-۱۲۳۴۵۶۷", "+923001234567"),
        ("९८२५०१२३४५", "+919825012345"),
        ("૯૮૨૫૦૧૨૩૪૫", "+919825012345"),
        ("'+923001234567", "+923001234567"),
        ("tel:+919825012345", "+919825012345"),
        ("098795-20418", "+919879520418"),
    ],
)
def test_a_phone_is_read_for_the_country_it_fits(typed, e164):
    phone = parse_phone(typed, ("IN", "PK"))
    assert (phone.e164, phone.valid, phone.note) == (e164, True, "")


def test_a_phone_that_is_in_use_nowhere_is_kept_to_ask_about():
    phone = parse_phone("98250 4127", ("IN", "PK"))
    assert (phone.e164, phone.valid, phone.note) == ("", False, "phone_invalid")
    assert (
        str(phone.message) == "“98250 4127” (9 digits) is not a number in use in the countries you sell in."
    )


def test_what_is_not_a_phone_is_refused():
    assert refusal(parse_phone, "9.19825E+11") == "phone_rounded"
    assert refusal(parse_phone, 9.5) == "phone_rounded"
    assert refusal(parse_phone, "ask Iqbal") == "phone"
    assert refusal(parse_phone, "12") == "phone"
    assert refusal(parse_phone, "1" * 40) == "phone_long"
    assert refusal(parse_phone, None) == "phone_blank"


def test_several_phones_in_a_cell_are_told_apart_from_one_with_a_slash():
    assert split_phones("98250 12345 / 98250 54321, 0261-2345678") == [
        "98250 12345", "98250 54321", "0261-2345678",
    ]  # fmt: skip
    assert split_phones("0261/2345678") == ["0261/2345678"]
    assert split_phones("") == []


@given(st.text(max_size=60))
def test_any_text_is_a_phone_or_unreadable(text):
    try:
        phone = parse_phone(text, ("IN", "PK"))
    except Unreadable as error:
        assert str(error)
    else:
        assert phone.valid == phone.e164.startswith("+")
        assert isinstance(str(phone.message), str)


def test_an_address_is_cleaned_of_what_mail_programs_put_around_it():
    assert clean_email("Amina@Example.COM ") == "amina@example.com"
    assert clean_email("Amina Kapasi <amina@kapasi.example>") == "amina@kapasi.example"
    assert clean_email("mailto:x@y.in") == "x@y.in"
    assert clean_email("امینہ@مثال.پاکستان") == "امینہ@مثال.پاکستان"
    assert refusal(clean_email, "a@b.com; c@d.com") == "email_several"
    assert refusal(clean_email, "") == "email_blank"
    for text in ("foo", "a@b", "a@@b.com", "a b@c.com", "a@b.com\r\nBcc: x@y.com"):
        assert refusal(clean_email, text) in {"email", "email_several"}


def test_dashes_and_nil_are_blank():
    assert all(is_blank(value) for value in (None, "", " ", "-", "–", "nil", "N/A", "#N/A", "NULL"))
    assert not any(is_blank(value) for value in ("0", 0, "x", "-1"))


def test_an_error_can_be_stored_and_told_later_in_another_language():
    error = Unreadable("number", "x" * 200)
    assert error.params == {"text": "x" * 59 + "…"}
    with translation.override("ur"):
        assert "x" * 59 in str(error.message)
    assert all("{text}" in str(text) or code.endswith("_blank") for code, text in SENTENCES.items())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("- note", "'- note"),
        ("'=x", "''=x"),
        ("+923001234567", "+923001234567"),
        ("+92-300 (12) 34567", "+92-300 (12) 34567"),
        ("-12.50", "-12.50"),
        ("-1,23,456.50", "-1,23,456.50"),
        ("-", "-"),
        ("O'Brien", "O'Brien"),
        ("'tis", "'tis"),
        ("", ""),
    ],
)
def test_only_what_a_spreadsheet_would_run_is_guarded(value, written):
    assert guard(value) == written
    assert unguard(written) == value


@given(st.text(alphabet="'=+-@ \t\r0a", max_size=8) | st.text(max_size=20))
def test_the_guard_is_always_taken_back_exactly(value):
    assert unguard(guard(value)) == value
