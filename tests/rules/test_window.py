"""Until when an order must be answered: hours, working days, holidays and the clocks' change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.orders.window import accept_by, last_call_at, moment_at, share_of_window
from mirakl_sync.policy.model import Window

PARIS = ZoneInfo("Europe/Paris")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_a_rule_there_is_no_deadline() -> None:
    assert accept_by(utc("2026-03-02 12:00"), None) is None
    assert accept_by(utc("2026-03-02 12:00"), Window()) is None


@pytest.mark.parametrize(
    ("hours", "deadline"), [("24", "2026-03-29 20:00"), ("0.5", "2026-03-28 20:30"), ("48", "2026-03-30 20:00")]
)
def test_hours_are_hours_even_when_the_clocks_change(hours: str, deadline: str) -> None:
    window = Window(hours=Decimal(hours), timezone="Europe/Paris")
    assert accept_by(utc("2026-03-28 20:00"), window) == utc(deadline)


@pytest.mark.parametrize(
    ("created", "days", "deadline"),
    [
        # Monday noon, two days: the end of Wednesday in Paris
        ("2026-03-02 12:00", 2, "2026-03-04 23:00"),
        # from a Friday: over the week-end to Tuesday
        ("2026-03-06 12:00", 2, "2026-03-10 23:00"),
        # Saturday and Sunday count as the eve of Monday
        ("2026-03-07 12:00", 1, "2026-03-09 23:00"),
        ("2026-03-08 12:00", 1, "2026-03-09 23:00"),
        # half past midnight in Paris is the next day there already
        ("2026-03-02 23:30", 1, "2026-03-04 23:00"),
        # into summer time (29 March): midnight is at 22:00 UTC
        ("2026-03-27 12:00", 1, "2026-03-30 22:00"),
        # out of it again (25 October)
        ("2026-10-23 12:00", 1, "2026-10-26 23:00"),
        # Easter Monday (6 April) and Labour Day (Friday, 1 May) are no working days in France
        ("2026-04-03 12:00", 1, "2026-04-07 22:00"),
        ("2026-04-30 12:00", 2, "2026-05-05 22:00"),
        # over the turn of the year
        ("2026-12-31 12:00", 1, "2027-01-04 23:00"),
    ],
)
def test_working_days_end_with_the_day_in_the_marketplaces_zone(created: str, days: int, deadline: str) -> None:
    window = Window(working_days=days, timezone="Europe/Paris", holidays="FR")
    assert accept_by(utc(created), window) == utc(deadline)


def test_without_a_country_holidays_are_working_days() -> None:
    window = Window(working_days=1, timezone="Europe/Paris")
    assert accept_by(utc("2026-04-03 12:00"), window) == utc("2026-04-06 22:00")


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.integers(1, 10))  # noqa: DTZ001 - made aware below
def test_so_many_working_days_lie_between(created: datetime, days: int) -> None:
    deadline = accept_by(created.replace(tzinfo=UTC), Window(working_days=days, timezone="Europe/Paris", holidays="FR"))
    assert deadline is not None
    end = deadline.astimezone(PARIS)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    closed, day, counted = holidays.country_holidays("FR"), created.replace(tzinfo=UTC).astimezone(PARIS).date(), 0
    while (day := day + timedelta(days=1)) < end.date():
        counted += day.weekday() < 5 and day not in closed
    assert counted == days


def test_the_last_call_is_at_most_a_fifth_of_the_window() -> None:
    noon = utc("2026-03-02 12:00")
    assert last_call_at(noon, noon + timedelta(hours=24), timedelta(hours=2)) == noon + timedelta(hours=22)
    assert last_call_at(noon, noon + timedelta(hours=1), timedelta(hours=2)) == noon + timedelta(minutes=48)


def test_shares_of_the_window() -> None:
    noon = utc("2026-03-02 12:00")
    deadline = noon + timedelta(hours=10)
    assert share_of_window(noon, deadline, noon) == 0
    assert share_of_window(noon, deadline, noon + timedelta(hours=5)) == 0.5
    assert share_of_window(noon, deadline, noon + timedelta(hours=15)) == 1.5
    assert share_of_window(noon, noon, noon) == 1.0
    assert moment_at(noon, deadline, 0.8) == noon + timedelta(hours=8)
