"""Single values: read exactly or refused in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.mirakl import values


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00.123Z", datetime(2026, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-03-01T11:00:00+01:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T11:00:00+0100", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_every_form_mirakl_uses(given_, expected):
    found = values.moment(given_)
    assert found == expected
    assert found.utcoffset().total_seconds() == 0


@pytest.mark.parametrize("given_", ["", "soon", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 5, None, {}, True])
def test_what_is_no_time_is_refused(given_):
    with pytest.raises(ValueError, match="expected a time"):
        values.moment(given_)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (Decimal("12.10"), "12.10"),
        (3, "3"),
        ("19.90", "19.90"),
        (0.1, "0.1"),
        (" 5 ", "5"),
        ("-1", "-1"),
        ("1e2", "1E+2"),
    ],
)
def test_an_amount_is_exact_also_in_quotes(given_, expected):
    assert str(values.amount(given_)) == expected


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "ten",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        True,
        None,
        [],
        {},
        "1e15",
        "1e999999999",
        Decimal("1e-13"),
        float("inf"),
    ],
)
def test_what_is_no_amount_is_refused(given_):
    with pytest.raises(ValueError, match=r"amount|number"):
        values.amount(given_)


@pytest.mark.parametrize(("given_", "expected"), [(2, 2), ("5000", 5000), (Decimal("2.0"), 2), (0, 0)])
def test_a_count_is_whole(given_, expected):
    assert values.count(given_) == expected


@pytest.mark.parametrize("given_", [-1, "1.5", 2**31, True, "two"])
def test_what_is_no_count_is_refused(given_):
    with pytest.raises(ValueError, match="number"):
        values.count(given_)


@pytest.mark.parametrize(("given_", "expected"), [("a", "a"), (139, "139"), ("", ""), ("é\0\ud800", "é?")])
def test_a_text_is_storable(given_, expected):
    assert values.text(given_) == expected


@pytest.mark.parametrize("given_", [True, 1.5, None, [], {}])
def test_what_is_no_text_is_refused(given_):
    with pytest.raises(ValueError, match="expected a text"):
        values.text(given_)


@pytest.mark.parametrize(("given_", "expected"), [(True, True), (False, False), ("true", True), ("FALSE", False)])
def test_a_flag_is_read(given_, expected):
    assert values.flag(given_) is expected


@pytest.mark.parametrize("given_", [0, 1, "yes", None])
def test_what_is_no_flag_is_refused(given_):
    with pytest.raises(ValueError, match="true or false"):
        values.flag(given_)


@pytest.mark.parametrize(
    ("iso_code", "label", "expected"),
    [
        ("FRA", "France", "FR"),
        ("DEU", "", "DE"),
        ("gbr", "whatever", "GB"),
        ("FR", "", "FR"),
        ("", "Italy", "IT"),
        ("", "italy", "IT"),
        ("ZZZ", "Spain", "ES"),
        ("XKX", "Kosovo", "XK"),
        ("", "Absurdistan", ""),
        ("", "", ""),
        (" FRA ", "", "FR"),
    ],
)
def test_a_country_has_two_letters_or_none(iso_code, label, expected):
    assert values.country_code(iso_code, label) == expected


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_country_breaks_the_reading(iso_code, label):
    assert len(values.country_code(iso_code, label)) in (0, 2)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(), st.lists))
def test_a_value_is_read_or_refused_and_nothing_else(value):
    for read in (values.text, values.amount, values.count, values.moment, values.flag):
        try:
            read(value)
        except ValueError:
            continue


def test_a_time_is_written_in_utc_and_never_later_than_meant():
    assert values.written(datetime.fromisoformat("2026-03-01T11:00:00.999+01:00")) == "2026-03-01T10:00:00Z"
