"""How long the parcels a person let go needed, by the marketplaces' own books."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mirakl_sync.demo.mapping import Release, shipped_at, told_after
from tests.demo.books import RM_NUMBER, UPS_NUMBER, apart, market, order, shipment, untold

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("books", "number", "seconds"),
    [
        (order(), UPS_NUMBER, 9.5),
        (untold(), UPS_NUMBER, None),
        (apart(shipment(), shipped_at="2026-03-02T12:00:30Z"), UPS_NUMBER, 9.0),
        (apart(shipment(RM_NUMBER), shipped_at=None), UPS_NUMBER, None),
        (apart(shipment(shipped_at=None), shipped_at=None), UPS_NUMBER, None),
    ],
)
def test_a_parcel_is_told_when_its_shipment_or_its_order_is(books: Any, number: str, seconds: float | None) -> None:
    at = shipped_at(books, number)
    assert (None if at is None else (at - NOON).total_seconds()) == seconds


def test_the_last_parcel_told_says_how_long_a_release_took() -> None:
    later = order(order_id="N-2-A", shipped_at="2026-03-02T12:00:12Z")
    never = untold(order_id="N-3-A")
    books = {"nord": market(order(), later, never), "belle": market(apart(shipment()))}
    releases = [
        Release("nord", NOON, {"1": "N-1-A", "2": "N-2-A", "3": "N-3-A"}),
        Release("belle", NOON, {UPS_NUMBER: "N-1-A"}),
    ]
    assert told_after(releases, books) == (4, 12.0)
    assert told_after([], books) == (0, 0.0)
