"""Acceptance windows in seconds and in working days."""

from __future__ import annotations

import pytest

from mirakl_sync.sandbox.mirakl.dates import moment, text, window_end


@pytest.mark.parametrize(
    ("start", "window", "timezone", "end"),
    [
        ("2026-11-18T09:00:00Z", {"seconds": 90}, "UTC", "2026-11-18T09:01:30Z"),
        ("2026-11-18T09:00:00Z", {"seconds": 0.5}, "UTC", "2026-11-18T09:00:00.500Z"),
        ("2026-11-18T09:00:00Z", {"working_days": 2}, "UTC", "2026-11-20T09:00:00Z"),
        ("2026-11-20T09:00:00Z", {"working_days": 1}, "UTC", "2026-11-23T09:00:00Z"),
        ("2026-11-21T09:00:00Z", {"working_days": 1}, "UTC", "2026-11-23T09:00:00Z"),
        ("2026-11-20T23:30:00Z", {"working_days": 1}, "Europe/Paris", "2026-11-22T23:30:00Z"),
        (
            "2026-12-24T09:00:00Z",
            {"working_days": 1, "holidays": ["2026-12-25"]},
            "UTC",
            "2026-12-28T09:00:00Z",
        ),
        ("2026-03-27T09:00:00Z", {"working_days": 1}, "Europe/Paris", "2026-03-30T08:00:00Z"),
    ],
)
def test_the_window_ends_at_the_same_wall_clock_time(start, window, timezone, end):
    assert text(window_end(moment(start), window, timezone)) == end
