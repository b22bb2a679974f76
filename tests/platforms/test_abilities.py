"""What a table of capabilities says of a platform is what its spec answers, setting by setting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from mirakl_sync.cli.platforms_page import in_words
from mirakl_sync.clock import now
from mirakl_sync.errors import Misconfigured
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.abilities import Ability, Turn, abilities
from mirakl_sync.platforms.contract import Capability, PlatformSpec, StoreAccess
from mirakl_sync.platforms.registry import OURS

SETTINGS = {
    "fee_sku": "The SKU of a product for the commission; without it there is no such line.",
    "events": "true: the shop tells changes by itself.",
    "places": "true (default): numbers are told by place.",
    "counts": "itself (default) or somebody: who counts the goods. nobody is not allowed.",
    "mood": "Changes nothing.",
}


def able(settings: Mapping[str, Any]) -> frozenset[Capability]:
    if settings.get("counts", "itself") not in ("itself", "somebody"):
        raise Misconfigured("The setting counts cannot be that.")
    can = {Capability.CREATE_ORDERS}
    if settings.get("fee_sku"):
        can.add(Capability.COMMISSION_LINE)
    if settings.get("events") == "true":
        can.add(Capability.WEBHOOKS)
    if settings.get("places", "true") == "true":
        can.add(Capability.STOCK_PLACES)
    if settings.get("counts", "itself") == "itself":
        can.add(Capability.RESERVES_STOCK)
    return frozenset(can)


SPEC = PlatformSpec(
    key="some",
    label="Some",
    credentials={},
    optional_credentials={},
    settings=SETTINGS,
    capabilities=frozenset(Capability),
    connect=None,
    look_after=timedelta(0),
    able=able,
)


@pytest.mark.parametrize(
    ("capability", "said"),
    [
        (Capability.CREATE_ORDERS, "yes"),
        (Capability.CLIENT_KEY, "no"),
        (Capability.COMMISSION_LINE, "with `fee_sku`"),
        (Capability.WEBHOOKS, "with `events` = `true`"),
        (Capability.STOCK_PLACES, "yes; not with `places` = `false`"),
        (Capability.RESERVES_STOCK, "yes; not with `counts` = `somebody`"),
    ],
)
def test_a_capability_is_told_with_the_settings_that_turn_it(capability: Capability, said: str):
    assert in_words(abilities(SPEC)[capability]) == said


def test_several_settings_that_give_the_same_are_all_named():
    ability = Ability(Capability.EDITS, False, (Turn("orders_by", "module"), Turn("attribute")))

    assert in_words(ability) == "with `orders_by` = `module` or `attribute`"


@pytest.mark.parametrize("spec", OURS, ids=lambda spec: spec.key)
def test_whatever_some_store_of_a_kind_can_do_is_found_and_nothing_else(spec: PlatformSpec):
    found = {each.capability for each in abilities(spec).values() if each.by_default or each.turned_by}

    assert found == spec.capabilities


@pytest.mark.parametrize(
    "spec", [spec for spec in OURS if Capability.REPLACES_ORDERS in spec.capabilities], ids=lambda s: s.key
)
def test_where_orders_are_replaced_a_store_may_say_how_long_a_cancellation_waits(spec: PlatformSpec):
    assert "replaced_within" in spec.settings
    assert spec.connect is not None
    names = (*spec.credentials, *spec.optional_credentials)
    access = StoreAccess("shop", "https://shop.example", dict.fromkeys(names, "x"), {"replaced_within": 60})
    spec.connect(access, _dial, now)


def _dial(base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> HttpTransport:
    return HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
