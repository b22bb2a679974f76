"""A connection's check says in sentences what a planner is told, and what would count twice."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.planning.fitting import Sides, fit
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.planner import Way


def said(way: Way, platform: str = "woocommerce", *, password: str = "p", **told: Any) -> list[tuple[str, str]]:
    """(mark, sentence) of each finding."""
    sides = Sides(
        planner="ip",
        way=way,
        told={"warehouse": "WH", **told},
        credentials={"feed_user": "ip", "feed_password": password},
        capabilities=frozenset({Capability.INCOMING_STOCK}),
        store="webshop",
        platform=platform,
        hooks_url="https://hooks.example/",
    )
    marks = {True: "ok", False: "mind"}
    return [("STOP" if each.blocking else marks[each.ok], each.sentence) for each in fit(sides)]


@pytest.mark.parametrize(
    ("way", "platform", "native", "mark", "words"),
    [
        (Way.BROUGHT, "shopify", "shopify", "STOP", "every sale counts twice"),
        (Way.FETCHED, "shopify", ["magento", "shopify"], "STOP", "every sale counts twice"),
        (Way.BROUGHT, "salesforce", "shopify", "ok", "brought files"),
        (Way.NATIVE, "shopify", "shopify", "ok", "nothing is sent"),
        (Way.NATIVE, "salesforce", "shopify", "mind", "reach it by no way"),
        (Way.FETCHED, "woocommerce", "", "ok", "below https://hooks.example;"),
    ],
)
def test_each_way_is_judged_by_where_the_orders_are(
    way: Way, platform: str, native: object, mark: str, words: str
) -> None:
    assert any(each == mark and words in sentence for each, sentence in said(way, platform, native_connections=native))


def test_only_what_counts_twice_stops_a_connection() -> None:
    assert not [mark for mark, _ in said(Way.BROUGHT, native_connections="shopify") if mark == "STOP"]


def test_fetching_without_a_password_stops() -> None:
    assert [mark for mark, sentence in said(Way.FETCHED, password="") if "no password" in sentence] == ["STOP"]


def test_the_night_is_told_with_its_zone() -> None:
    told = said(Way.BROUGHT, timezone="Europe/Paris", nightly_at="03:15", ahead="2h")
    assert ("ok", "Its nights begin at 03:15 (Europe/Paris); everything is ready 120 min before.") in told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("timezone", "Europe/Nowhere", "timezone"),
        ("nightly_at", "25:00", "nightly_at"),
        ("nightly_at", 2, "nightly_at"),
        ("ahead", "59m", "0:59:00 before its nightly run"),
        ("ahead", "soon", "ahead"),
        ("history", "30d", "30 days of sales"),
        ("shrink_guard", "120%", "shrink_guard"),
        ("warehouses", "WH", "warehouses"),
    ],
)
def test_settings_that_cannot_be_are_named(name: str, value: Any, words: str) -> None:
    ((mark, sentence),) = said(Way.BROUGHT, **{name: value})
    assert mark == "STOP"
    assert words in sentence


def test_a_warehouse_nobody_named_is_remarked_on() -> None:
    assert any(mark == "mind" and "No warehouse" in words for mark, words in said(Way.BROUGHT, warehouse=""))
