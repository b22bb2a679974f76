"""Which of the marketplace's shipments an unanswered call of ours made."""

from __future__ import annotations

import pytest

from mirakl_sync.records.shipment import MarketplaceShipment, ShipmentLine, Tracking
from mirakl_sync.shipments.deeds import made

OURS, NUMBER, INSIDE = "P-ours", "1Z999AA10123456784", {"L1": 2}


def shipment(name: str, *, reference: str = "", number: str = NUMBER, pieces: int = 2) -> MarketplaceShipment:
    """One shipment as ST11 shows it."""
    lines = (ShipmentLine("L1", pieces, reference),)
    return MarketplaceShipment(name, "O-1", "SHIPPED", lines, Tracking("UPS", number=number) if number else None)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([], None),
        ([shipment("a", reference="P-other"), shipment("b", reference=OURS, number="", pieces=1)], "b"),
        ([shipment("a", reference="P-other")], None),
        ([shipment("a")], "a"),
        ([shipment("a", number="another")], None),
        ([shipment("a", pieces=1)], None),
        ([shipment("a"), shipment("b", reference=OURS)], "b"),
    ],
    ids=[
        "none",
        "our key",
        "another's key",
        "no key kept",
        "another number",
        "other pieces",
        "our key before likeness",
    ],
)
def test_our_shipment_is_told_from_others(shown: list[MarketplaceShipment], expected: str | None) -> None:
    found = made(shown, OURS, NUMBER, INSIDE)
    assert (found.shipment_id if found else None) == expected


def test_without_a_number_only_the_key_counts() -> None:
    assert made([shipment("a", number="")], OURS, "", INSIDE) is None


def test_where_the_contents_are_not_known_the_number_is_enough() -> None:
    assert made([shipment("a", pieces=5)], OURS, NUMBER, {}) is not None
