"""What this kind of store and this marketplace can and cannot do together, in sentences. Pure.

Nothing here stands against the connection: what does is in ``fit``. These are the consequences of the choice, said
before the first order comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mirakl_sync.platforms.contract import Capability
from mirakl_sync.policy.model import Acceptance, Policy
from mirakl_sync.records.shop import Finding

SUBJECT = "together"


def together(
    policy: Policy, shop: str, capabilities: frozenset[Capability], marketplace: str, facts: Mapping[str, Any]
) -> list[Finding]:
    """One sentence for each thing both sides decide together. ``facts`` is what PC01 said; where it was not read yet
    nothing is said of the marketplace."""
    sides = _Sides(policy, shop, capabilities, marketplace, facts)
    return [
        Finding(True, SUBJECT, words)
        for part in (_accepting, _parcels, _stock, _changes, _hearing)
        for words in part(sides)
    ]


class _Sides:
    """Both sides, as the parts ask for them."""

    def __init__(
        self, policy: Policy, shop: str, capabilities: frozenset[Capability], marketplace: str, facts: Mapping[str, Any]
    ) -> None:
        self.policy, self.shop, self.marketplace, self.facts = policy, shop, marketplace, facts
        self._capabilities = capabilities

    def can(self, capability: Capability) -> bool:
        """Whether the store can."""
        return capability in self._capabilities

    @property
    def read(self) -> bool:
        """PC01 was read."""
        return "order_acceptance" in self.facts or "multi_shipment" in self.facts


def _accepting(sides: _Sides) -> Iterator[str]:
    first = sides.policy.orders.accept is Acceptance.FIRST
    if not sides.can(Capability.HOLD_ORDERS):
        yield (
            f"{sides.shop} cannot hold an order without an address, so orders are accepted first and made there when "
            f"{sides.marketplace} shows the address."
        )
    elif first:
        yield (
            f"Orders are accepted first; {sides.shop} holds them when {sides.marketplace} shows the address. It could "
            "also hold them before (accept = create_first)."
        )
    else:
        when = "at once" if sides.facts.get("addresses_before_acceptance") else "later, with the address,"
        yield f"{sides.shop} holds each order before {sides.marketplace} hears our yes; it is completed {when}."
    if sides.can(Capability.CLIENT_KEY):
        yield f"Orders carry a number of our own in {sides.shop}: asked twice, it still holds one."


def _parcels(sides: _Sides) -> Iterator[str]:
    if not sides.can(Capability.PARCELS):
        yield f"{sides.shop} does not tell what has left: parcels are confirmed by hand on {sides.marketplace}."
        return
    if not sides.read:
        return
    if sides.facts.get("multi_shipment"):
        yield f"{sides.marketplace} is told of each parcel by itself, as {sides.shop} shows it."
    else:
        yield f"{sides.marketplace} is told once all of an order has left {sides.shop}: it knows one parcel an order."
    if sides.facts.get("alternative_carrier_forbidden"):
        yield f"{sides.marketplace} takes carriers of its list only; other names of {sides.shop} are mapped once."


def _stock(sides: _Sides) -> Iterator[str]:
    if sides.can(Capability.RESERVES_STOCK):
        yield f"{sides.shop}'s own numbers fall with our orders; until they do we take sold pieces off ourselves."
    else:
        yield (
            f"{sides.shop}'s own numbers do not fall with our orders by themselves: we take sold pieces off for every "
            f"marketplace, but {sides.shop}'s own customers can still buy them until it feels the order."
        )
    if sides.can(Capability.STOCK_PLACES):
        yield f"{sides.shop} tells its numbers by place of stock, which can be mapped to a marketplace's warehouses."


def _changes(sides: _Sides) -> Iterator[str]:
    if sides.can(Capability.REPLACES_ORDERS):
        yield (
            f"In {sides.shop} people and apps may cancel an order and make another for it: the cancellation is held "
            "back for a while, and the new order takes its place."
        )
    told = [
        word
        for capability, word in ((Capability.EDITS, "changed lines"), (Capability.REFUNDS, "refunds"))
        if sides.can(capability)
    ]
    if told:
        what = " and ".join(told).capitalize()
        yield f"{what} in {sides.shop} become a question: {sides.marketplace} knows nothing of them."
    unseen = {"changed lines", "refunds"} - set(told)
    if unseen:
        what = " and ".join(sorted(unseen)).capitalize()
        yield f"{what} in {sides.shop} are not seen by us; enter them on {sides.marketplace}."


def _hearing(sides: _Sides) -> Iterator[str]:
    if sides.can(Capability.WEBHOOKS):
        yield f"{sides.shop} tells us of changes by webhooks; polls make good what they lose."
    else:
        yield f"{sides.shop} is polled for changes: how often is the store's setting poll_every."
