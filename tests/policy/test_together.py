"""What a store and a marketplace can and cannot do together is said in sentences, before the first order."""

from __future__ import annotations

import pytest

from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platforms
from mirakl_sync.policy.model import Acceptance, OrderPolicy, Policy
from mirakl_sync.policy.together import together

READ = {"order_acceptance": "MANUAL", "multi_shipment": False}


def said(*capabilities: Capability, accept: Acceptance = Acceptance.FIRST, **facts: object) -> str:
    policy = Policy(orders=OrderPolicy(accept=accept))
    return " ".join(
        finding.sentence for finding in together(policy, "Bigshop", frozenset(capabilities), "Nordmarkt", facts)
    )


@pytest.mark.parametrize(
    ("has", "more", "words"),
    [
        ((), {}, "cannot hold an order without an address"),
        ((Capability.HOLD_ORDERS,), {}, "It could also hold them before"),
        ((Capability.HOLD_ORDERS,), {"accept": Acceptance.AFTER_CREATION}, "later, with the address"),
        (
            (Capability.HOLD_ORDERS,),
            {"accept": Acceptance.AFTER_CREATION, "addresses_before_acceptance": True},
            "it is completed at once",
        ),
        ((Capability.CLIENT_KEY,), {}, "asked twice, it still holds one"),
        ((), {}, "parcels are confirmed by hand on Nordmarkt"),
        ((Capability.PARCELS,), READ, "it knows one parcel an order"),
        ((Capability.PARCELS,), {**READ, "multi_shipment": True}, "each parcel by itself"),
        ((Capability.PARCELS,), {**READ, "alternative_carrier_forbidden": True}, "carriers of its list only"),
        ((Capability.RESERVES_STOCK,), {}, "numbers fall with our orders"),
        ((), {}, "own customers can still buy them"),
        ((Capability.STOCK_PLACES,), {}, "by place of stock"),
        ((Capability.REPLACES_ORDERS,), {}, "the new order takes its place"),
        ((Capability.EDITS, Capability.REFUNDS), {}, "Changed lines and refunds in Bigshop become a question"),
        ((Capability.REFUNDS,), {}, "Changed lines in Bigshop are not seen by us"),
        ((), {}, "Changed lines and refunds in Bigshop are not seen by us"),
        ((Capability.WEBHOOKS,), {}, "by webhooks"),
        ((), {}, "polled for changes"),
    ],
)
def test_each_thing_has_its_sentence(has, more, words):
    assert words in said(*has, **more)


def test_nothing_is_said_of_a_marketplace_that_was_not_read_yet():
    assert "parcel" not in said(Capability.PARCELS)


@pytest.mark.parametrize(
    "key", [key for key, spec in platforms().items() if Capability.CREATE_ORDERS in spec.capabilities]
)
def test_no_sentence_stands_against_a_connection_of_any_platform(key):
    spec = platforms()[key]
    found = together(Policy(), spec.label, spec.capabilities, "Nordmarkt", READ)
    assert found
    assert all(finding.ok and not finding.blocking for finding in found)
