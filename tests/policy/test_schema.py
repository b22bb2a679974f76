"""Policies and windows from files: what is read, what is refused and in which words."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import (
    Acceptance,
    Customer,
    OrderPolicy,
    Policy,
    TimeRunsOut,
    Unanswered,
    Verdict,
    Window,
)
from mirakl_sync.policy.schema import read_policy, read_window, write_policy
from mirakl_sync.policy.units import read_duration, read_percent, write_duration, write_percent
from mirakl_sync.records.shop import CommissionShape

DURATIONS = st.integers(1, 366 * 86400 * 1000).map(lambda ms: timedelta(milliseconds=ms))
POLICIES = st.builds(
    OrderPolicy,
    accept=st.sampled_from(Acceptance),
    when_time_runs_out=st.sampled_from(TimeRunsOut),
    unanswered=st.sampled_from(Unanswered),
    last_call=DURATIONS,
    poll_every=DURATIONS,
    unknown_sku=st.sampled_from(Verdict),
    price_below_by=st.none() | st.decimals(0, 100, places=2),
    customer=st.sampled_from(Customer),
    generic_customer=st.text(),
    commission=st.sampled_from(CommissionShape),
    tax_exempt_business=st.booleans(),
    countries=st.dictionaries(st.text(), st.sampled_from(["DE", "FR", "IT"])),
)


def test_a_file_that_says_nothing_gives_our_defaults() -> None:
    assert read_policy({}) == Policy() == read_policy({"orders": {}})


@given(POLICIES)
def test_a_policy_survives_being_stored_as_json(orders: OrderPolicy) -> None:
    policy = Policy(orders=orders)
    assert read_policy(json.loads(json.dumps(write_policy(policy)))) == policy


def test_every_key_of_a_file_reaches_the_policy() -> None:
    orders = {
        "accept": "create_first",
        "when_time_runs_out": "leave",
        "last_call": "1h 30m",
        "poll_every": "90s",
        "price_below_by": "12.5%",
        "customer": "proxy_email",
        "commission": "line",
        "tax_exempt_business": True,
        "countries": {"Deutschland": "DE"},
    }
    assert read_policy({"orders": orders}).orders == OrderPolicy(
        accept=Acceptance.AFTER_CREATION,
        when_time_runs_out=TimeRunsOut.LEAVE,
        last_call=timedelta(minutes=90),
        poll_every=timedelta(seconds=90),
        price_below_by=Decimal("12.5"),
        customer=Customer.PROXY_EMAIL,
        commission=CommissionShape.LINE,
        tax_exempt_business=True,
        countries={"Deutschland": "DE"},
    )


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({"accept": "later"}, "orders.accept is 'later': allowed are accept_first, create_first."),
        ({"accept": 1}, "orders.accept is 1: allowed are accept_first, create_first."),
        ({"accept": None}, "orders.accept is None: field may not be null."),
        ({"polls": 5}, "orders.polls is 5: this key is not known."),
        ({"poll_every": "5"}, 'orders.poll_every is \'5\': expected a duration such as "90s", "5m", "2h" or "1d".'),
        ({"poll_every": 60}, 'orders.poll_every is 60: expected a duration such as "90s", "5m", "2h" or "1d".'),
        (
            {"price_below_by": "120%"},
            'orders.price_below_by is \'120%\': expected a percentage from 0 to 100 such as "10%", or "off".',
        ),
        (
            {"price_below_by": True},
            'orders.price_below_by is True: expected a percentage from 0 to 100 such as "10%", or "off".',
        ),
        ({"tax_exempt_business": "yes"}, "orders.tax_exempt_business is 'yes': expected true or false."),
        ({"tax_exempt_business": 1}, "orders.tax_exempt_business is 1: expected true or false."),
        (
            {"countries": {"Italy": "ITA"}},
            "orders.countries.Italy is 'ITA': expected a country code of two capital letters.",
        ),
        ({"generic_customer": 3}, "orders.generic_customer is 3: not a valid string."),
    ],
)
def test_a_wrong_key_is_named_with_what_came_and_what_is_allowed(orders: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_policy({"orders": orders})
    assert refused.value.words == words
    assert refused.value.way_out.startswith("The keys of orders are accept, when_time_runs_out, ")


def test_every_wrong_key_is_named_at_once() -> None:
    with pytest.raises(Misconfigured) as refused:
        read_policy({"orders": {"accept": "later", "unknown_sku": "perhaps"}})
    assert refused.value.words == (
        "orders.accept is 'later': allowed are accept_first, create_first; "
        "orders.unknown_sku is 'perhaps': allowed are accept, refuse, ask."
    )


@pytest.mark.parametrize("content", [{"refunds": {}}, "accept_first", [1]])
def test_what_is_no_policy_is_refused(content: Any) -> None:
    with pytest.raises(Misconfigured, match="The policy is "):
        read_policy(content)


@pytest.mark.parametrize(
    ("content", "window"),
    [
        (None, None),
        ({}, None),
        ("", None),
        ("90s", Window(hours=Decimal("0.025"))),
        ("24h", Window(hours=Decimal(24))),
        ({"hours": 24}, Window(hours=Decimal(24))),
        ({"hours": 0.5}, Window(hours=Decimal("0.5"))),
        ({"hours": 24, "timezone": "Europe/Berlin"}, Window(hours=Decimal(24), timezone="Europe/Berlin")),
        ({"working_days": 1, "holidays": "DE"}, Window(working_days=1, holidays="DE")),
    ],
)
def test_windows_as_written(content: Any, window: Window | None) -> None:
    assert read_window(content) == window


def test_the_time_zone_is_the_files_then_the_marketplaces_then_utc() -> None:
    facts = {"timezone": "Europe/Paris"}
    assert read_window({"working_days": 1, "timezone": "Europe/Berlin"}, facts=facts).timezone == "Europe/Berlin"  # type: ignore[union-attr]  # a window is written
    assert read_window({"working_days": 1}, facts=facts).timezone == "Europe/Paris"  # type: ignore[union-attr]  # as above
    assert read_window({"working_days": 1}).timezone == "UTC"  # type: ignore[union-attr]  # as above


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"hours": 24, "working_days": 1}, "The window must say either hours or working_days."),
        ({"timezone": "UTC"}, "The window must say either hours or working_days."),
        ({"hours": 0}, "window.hours is 0: must be greater than 0 and less than or equal to 1440."),
        ({"hour": 1}, "window.hour is 1: this key is not known."),
        ({"working_days": 1, "holidays": "XX"}, "window.holidays is 'XX', a country we have no calendar of."),
        ({"working_days": 1, "timezone": "Mars/Dome"}, "window.timezone is 'Mars/Dome', which is no time zone."),
        ("soon", 'window is \'soon\': expected a duration such as "90s", "5m", "2h" or "1d".'),
    ],
)
def test_windows_that_cannot_be_are_refused(content: Any, words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_window(content)
    assert refused.value.words == words
    assert refused.value.way_out


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400), ("1h 30m", 5400), ("1.5s", 1.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0s", "h", "-5m", "5 parsecs", "5m later", "9999d", 5, None, True])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        read_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(86400, "1d"), (5400, "90m"), (90, "90s"), (1.5, "1.5s"), (7200, "2h")])
def test_durations_are_written_in_the_largest_whole_unit(seconds: float, text: str) -> None:
    assert write_duration(timedelta(seconds=seconds)) == text


@given(DURATIONS)
def test_durations_read_back_as_written(duration: timedelta) -> None:
    assert read_duration(write_duration(duration)) == duration


@pytest.mark.parametrize(("value", "number"), [("10%", 10), ("2.5", Decimal("2.5")), (7, 7), (0, 0), ("off", None)])
def test_percentages(value: object, number: Any) -> None:
    assert read_percent(value) == number
    assert read_percent(write_percent(read_percent(value))) == number
