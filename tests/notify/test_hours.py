"""Quiet hours and digests are told in people's own time, over midnight and over the change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mirakl_sync.notify import hours


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "zone", "until"),
    [
        ("2026-03-02 12:00", "20:00-07:00", "UTC", None),
        ("2026-03-02 20:00", "20:00-07:00", "UTC", "2026-03-03 07:00"),
        ("2026-03-03 06:59", "20:00-07:00", "UTC", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "20:00-07:00", "UTC", None),
        ("2026-03-02 12:30", "12:00-13:00", "UTC", "2026-03-02 13:00"),
        ("2026-03-02 13:00", "12:00-13:00", "UTC", None),
        # Paris is an hour ahead of UTC in winter, two in summer
        ("2026-03-02 18:59", "20:00-07:00", "Europe/Paris", None),
        ("2026-03-02 19:00", "20:00-07:00", "Europe/Paris", "2026-03-03 06:00"),
        ("2026-07-02 18:00", "20:00-07:00", "Europe/Paris", "2026-07-03 05:00"),
        # the clocks go forward in this night
        ("2026-03-28 23:30", "20:00-07:00", "Europe/Paris", "2026-03-29 05:00"),
        ("2026-03-02 03:00", "", "UTC", None),
    ],
)
def test_quiet_hours_run_until_their_end(now: str, quiet: str, zone: str, until: str | None) -> None:
    assert hours.quiet_until(at(now), quiet, zone) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("now", "times", "zone", "last"),
    [
        ("2026-03-02 12:00", ["09:00"], "UTC", "2026-03-02 09:00"),
        ("2026-03-02 08:59", ["09:00"], "UTC", "2026-03-01 09:00"),
        ("2026-03-02 09:00", ["09:00"], "UTC", "2026-03-02 09:00"),
        ("2026-03-02 16:30", ["09:00", "16:00"], "UTC", "2026-03-02 16:00"),
        ("2026-03-02 08:30", ["09:00"], "Europe/Paris", "2026-03-02 08:00"),
        ("2026-03-02 02:00", ["23:30"], "America/New_York", "2026-03-01 04:30"),
        ("2026-03-02 12:00", [], "UTC", None),
    ],
)
def test_the_last_time_of_a_digest(now: str, times: list[str], zone: str, last: str | None) -> None:
    assert hours.latest(at(now), times, zone) == (at(last) if last else None)


@pytest.mark.parametrize("text", ["", "9:00", "24:00", "09:60", "09:00-", 9, None])
def test_other_words_are_no_time(text: object) -> None:
    with pytest.raises(ValueError, match="expected a time of day"):
        hours.read_time(text)


@pytest.mark.parametrize("text", ["", "20:00", "20:00-20:00", "20-07", 20, None])
def test_other_words_are_no_quiet_hours(text: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        hours.read_quiet(text)


@pytest.mark.parametrize("text", ["Mars/Olympus", "", "../etc", None])
def test_other_words_are_no_time_zone(text: object) -> None:
    with pytest.raises(ValueError, match="expected a time zone"):
        hours.read_zone(text)
