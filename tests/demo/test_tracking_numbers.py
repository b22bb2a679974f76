"""Numbers of the demonstration are such as carriers print, so that nobody is asked about them."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from mirakl_sync.demo import tracking_numbers
from mirakl_sync.demo.couriers import COURIERS, LISTS, Courier
from mirakl_sync.demo.packing import serials
from mirakl_sync.demo.town import MAPPED_LATER, MARKETS, SELLERS
from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments import numbers
from mirakl_sync.shipments.carriers import Listed, Unmapped, resolve

SERIALS = list(islice(serials(random.Random(1)), 200))


@pytest.mark.parametrize(
    ("made", "published"),
    [
        (tracking_numbers.s10("RM", 47312482, "GB"), "RM473124829GB"),
        (tracking_numbers.s10("RR", 12345678, "SE"), "RR123456785SE"),
        (tracking_numbers.gs1("", 400638133393, 13), "4006381333931"),
        (tracking_numbers.gs1("0034", 0, 8), "00340007"),
    ],
)
def test_check_digits_are_the_published_ones(made: str, published: str) -> None:
    assert made == published


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.name)
def test_a_number_looks_like_its_carriers_by_whatever_name(courier: Courier) -> None:
    listed = [
        [one["code"], one["label"], one["standard_code"] or ""]
        for market, code in courier.codes.items()
        for one in LISTS[market]
        if one["code"] == code
    ]
    for names in [[courier.name], *listed]:
        odd = {courier.number(serial): numbers.odd(courier.number(serial), names) for serial in SERIALS}
        assert {number: why for number, why in odd.items() if why} == {}


def test_no_number_is_given_twice() -> None:
    given = [courier.number(serial) for courier in COURIERS for serial in SERIALS]
    assert len(given) == len(set(given))


@pytest.mark.parametrize("market", [market.name for market in MARKETS])
def test_names_mean_on_each_marketplace_what_the_judge_believes(market: str) -> None:
    listed = [
        Carrier(one["code"], one["label"], one["standard_code"] or "", one["tracking_url"] or "")
        for one in LISTS[market]
    ]
    sellers = [seller for seller in SELLERS if seller.market == market]
    for courier in [courier for seller in sellers for courier in seller.couriers]:
        found = resolve(courier.name, "", listed, [])
        assert isinstance(found, Listed)
        assert found.carrier.code == courier.codes[market]
    for stranger in [each for seller in sellers for each in (seller.unmapped, seller.stranger) if each]:
        assert isinstance(resolve(stranger.name, "", listed, []), Unmapped)
    if any(seller.unmapped is MAPPED_LATER for seller in sellers):
        assert MAPPED_LATER.codes[market] in {one.code for one in listed}
