"""The offers of a shop: whatever happens to them, what changed since a moment is found, once, and nothing else."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.offer_store import ShopOffers

PRICE = Decimal("9.90")


@pytest.fixture
def ids():
    return itertools.count(1)


def an_offer(ids, sku, at):
    return Offer(next(ids), sku, PRICE, 1, sku, at, at)


def a_long_day(chance, ids):
    """A shop after many additions, changes and deletions, some of them in the same millisecond; and all its offers."""
    offers, ever, now = ShopOffers(), [], 1000
    for number in range(40):
        now += chance.choice((0, 0, 1, 5))
        wish = chance.random()
        if wish < 0.3:
            offers.generate(ids, chance.randrange(4), f"M{number}-", 1, PRICE, now)
            ever += [offer for offer in offers.values() if offer not in ever]
        elif wish < 0.6 or not len(offers):
            ever.append(an_offer(ids, f"S{number}", now))
            offers.add(ever[-1])
        elif wish < 0.9:
            offers.touch(offers.at(chance.randrange(len(offers))), now - chance.choice((0, 0, 3)))
        else:
            offers.remove(offers.at(chance.randrange(len(offers))), now)
    return offers, ever, now


@pytest.mark.parametrize("seed", range(25))
def test_what_changed_since_a_moment_is_all_of_it_and_each_once(seed, ids):
    chance = random.Random(seed)
    offers, ever, now = a_long_day(chance, ids)
    for moment in (0, 1000, *(chance.randrange(1000, now + 2) for _ in range(10)), now, now + 1):
        found = [offer.offer_id for offer in offers.changed_since(moment)]
        assert sorted(found) == sorted(offer.offer_id for offer in ever if offer.updated >= moment)
    assert [offer.sku for offer in ever if not offer.deleted] == [offers.at(place).sku for place in range(len(offers))]
    assert sorted(offer.offer_id for offer in offers.deleted()) == [one.offer_id for one in ever if one.deleted]


@pytest.mark.parametrize("seed", range(5))
def test_after_the_clock_was_set_back_nothing_is_from_the_future_and_nothing_lost(seed, ids):
    offers, ever, now = a_long_day(random.Random(seed), ids)
    offers.not_after(now - 20)
    assert max(offer.updated for offer in ever) <= now - 20
    assert sorted(one.offer_id for one in offers.changed_since(0)) == [one.offer_id for one in ever]
    offers.touch(offers.at(0), now - 10)
    assert [one.offer_id for one in offers.changed_since(now - 10)] == [offers.at(0).offer_id]


def test_the_memory_of_changes_does_not_grow_with_their_number(ids):
    offers = ShopOffers()
    offers.generate(ids, 10, "M", 1, PRICE, 0)
    for at in range(1, 5000):
        offers.touch(offers[f"M{at % 10 + 1}"], at)
    assert len(offers._moments) <= 1 + 4 * 10 + 1000
    assert [offer.sku for offer in offers.changed_since(4995)] == ["M6", "M7", "M8", "M9", "M10"]


def test_ids_find_what_is_there_and_nothing_else(ids):
    offers = ShopOffers()
    next(ids)
    offers.generate(ids, 3, "M", 1, PRICE, 0)
    offers.remove(offers["M2"], 1)
    assert [getattr(offers.by_id(number), "sku", None) for number in (1, 2, 3, 4, 5)] == [None, "M1", None, "M3", None]
