"""Why this number: the same arithmetic as weighing, with what it rests on, in sentences."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import Offer, ShelfComponent, StockRule
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import InDoubt, StockPolicy
from mirakl_sync.shelf import offers
from mirakl_sync.stock import facts
from mirakl_sync.stock.facts import Beside
from mirakl_sync.stock.views import Why
from mirakl_sync.stock.why import why
from tests.stock.orders import sell
from tests.stock.shop_floor import Floor, shop_floor


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    """A store without connections."""
    with shop_floor(db, clock, bells) as made:
        yield made


def _why(floor: Floor, key: str, sku: str) -> Why:
    with floor.db.reading() as tx:
        return why(tx, floor.wiring.connections, key, sku, floor.clock())


POLICIES = {
    "plain": StockPolicy(send=True),
    "half": StockPolicy(send=True, share=Decimal(50), buffer=1, stale=InDoubt.ZERO, missing=InDoubt.ZERO),
    "growing": StockPolicy(send=True, buffer_grows=True, at_least=2, at_most=30, uncounted=4, backorders=3),
}


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_number_weighing_comes_to_whatever_is_known(floor: Floor, seed: int):
    chance = random.Random(seed)
    skus = [f"S{number:02}" for number in range(12)]
    connections = {key: floor.connect(key, policy) for key, policy in POLICIES.items()}
    floor.read(read_at=floor.clock() - timedelta(hours=chance.choice((0, 3, 9))))
    for sku in skus:
        if chance.random() < 0.9:
            floor.count(sku, chance.choice((None, -2, 0, 1, 2, 7, 20, 60)), **_oddities(chance, floor, skus))
        for number in connections.values():
            floor.offer(number, sku, theirs=chance.randrange(9))
    _rules(floor, chance, skus, list(connections.values()))
    floor.weigh()
    for sku in chance.sample(skus, 8):
        sell(floor, chance.choice(list(connections.values())), sku, chance.randint(1, 6))
    floor.clock.advance(timedelta(seconds=chance.randint(0, 4000)))
    with floor.db.transaction() as tx:
        offers.touch_all(tx, floor.clock(), store_pk=floor.store)

    before = {(key, sku): _why(floor, key, sku) for key in connections for sku in skus}
    floor.weigh()

    for number in connections.values():
        for each in _compared(floor, number):
            assert (each.facts.wanted, each.facts.because) == (each.row.wanted, each.row.because), each.row.sku
    for (key, sku), told in before.items():
        row = floor.seen(sku, connections[key])
        after = _why(floor, key, sku)
        assert (told.wanted, told.because) == (row.wanted, row.because), (key, sku)
        assert (after.wanted, after.because, after.again_at) == (row.wanted, row.because, row.again_at), (key, sku)
        assert told.steps[-1][1] == told.wanted
        assert (after.cause == "agree") == (row.wanted is not None and row.theirs == row.wanted)
        assert all(sentence and sentence[-1] in ".!?”" for sentence in told.sentences), told.sentences


def _compared(floor: Floor, connection: int) -> list[Beside]:
    """Every offer of a connection, as a comparison looks at many at once."""
    with floor.db.reading() as tx:
        rows = tx.execute(select(*facts.COLUMNS).where(Offer.connection_id == connection).order_by(Offer.sku)).all()
        whose = facts.ground(tx, floor.wiring.connections, connection)
        return facts.beside(tx, floor.wiring.connections, whose, rows, floor.clock())


def _oddities(chance: random.Random, floor: Floor, skus: list[str]) -> dict:
    odd: dict = {"observed_at": floor.clock() - timedelta(hours=chance.choice((0, 1, 8)))}
    odd["categories"] = chance.choice((None, [], ["shoes"], ["shoes", "sale"]))
    if chance.random() < 0.3:
        odd |= chance.choice(
            (
                {"matches": 0},
                {"matches": 2},
                {"sellable": False},
                {"in_stock": False},
                {"backorders": True},
                {"components": [[chance.choice(skus), 2]]},
                {"speed": 0.02, "speed_at": floor.clock() - timedelta(minutes=5), "available": 9},
            )
        )
    return odd


def _rules(floor: Floor, chance: random.Random, skus: list[str], connections: list[int]) -> None:
    values = ({"share": 40}, {"buffer": 3}, {"at_most": 2}, {"fixed": 5}, {"fixed": 0}, {"at_least": 8})
    with floor.db.transaction() as tx:
        for number in range(10):
            scope = chance.choice(("sku", "category"))
            tx.add(
                StockRule(
                    store_pk=floor.store,
                    connection_id=chance.choice((None, *connections)),
                    scope=scope,
                    name=chance.choice(skus) if scope == "sku" else chance.choice(("shoes", "sale")),
                    until=chance.choice((None, floor.clock() + timedelta(minutes=chance.randint(1, 90)))),
                    made_by="ann",
                    made_at=floor.clock(),
                    **values[number % len(values)],
                )
            )


def test_the_whole_arithmetic_stands_in_its_order_with_what_it_rests_on(floor: Floor):
    acme = floor.connect("acme", StockPolicy(send=True, buffer=1))
    other = floor.connect("other")
    floor.count("MUG", 9, price=Decimal("12.50"))
    floor.offer(acme, "MUG", theirs=8, proved_at=floor.clock(), latency=34.0)
    floor.read()
    floor.clock.advance(timedelta(seconds=60))
    sell(floor, other, "MUG", 2, "O-17")
    floor.weigh()

    told = _why(floor, "acme", "MUG")

    assert told.steps == (
        ("the shop counts", 9),
        ("less 2 sold and not yet subtracted by the shop", 7),
        ("less 1 kept back", 6),
    )
    assert (told.wanted, told.because, told.available, told.cause) == (6, "buffer", 7, "waiting")
    assert [(sale.order_id, sale.connection, sale.pieces, sale.felt_at) for sale in told.sales] == [
        ("O-17", "other", 2, None)
    ]
    assert told.shelf is not None
    assert (told.shelf.level, told.shelf.price) == (9, Decimal("12.50"))
    counted = "The shop counts: 9, less 2 sold and not yet subtracted by the shop: 7, less 1 kept back: 6."
    assert list(told.sentences) == [
        f"acme should show 6. {counted}",
        "It shows 8, proven 1 min ago.",
        "It goes with the next file.",
        "The shop counts 9, told 1 min ago and confirmed 1 min ago.",
        "other sold 2 just now (order O-17): not yet subtracted by the shop.",
        "The marketplace does not know this number for 1 min now.",
        "The last change took 34 s to arrive there.",
    ]


def test_a_rule_is_told_with_who_made_it_and_how_long_it_lasts(floor: Floor):
    acme = floor.connect()
    floor.count("MUG", 9)
    floor.offer(acme, "MUG")
    with floor.db.transaction() as tx:
        until = floor.clock() + timedelta(hours=2)
        made = {"made_by": "ann", "made_at": floor.clock(), "why": "a photo shooting", "until": until}
        tx.add(StockRule(store_pk=floor.store, scope="sku", name="MUG", fixed=0, **made))
        tx.add(StockRule(store_pk=floor.store, scope="sku", name="LAMP", fixed=0, **made))

    told = _why(floor, "acme", "MUG")

    assert (told.wanted, told.because, told.again_at) == (0, "zeroed", until)
    assert [rule.says for rule in told.rules] == ["set to 0"]
    assert "Ann ruled for the sku MUG, for 2 h more: set to 0: a photo shooting." in told.sentences
    floor.clock.advance(timedelta(seconds=7200))
    assert (_why(floor, "acme", "MUG").wanted, _why(floor, "acme", "MUG").rules) == (9, ())


def test_a_growing_buffer_says_what_it_rests_on_and_what_it_costs(floor: Floor):
    acme = floor.connect("acme", StockPolicy(send=True, buffer_grows=True))
    sold_lately = {"speed": 36 / 3600, "speed_at": floor.clock(), "available": 40}
    floor.count("MUG", 40, price=Decimal("12.50"), **sold_lately)
    floor.offer(acme, "MUG")

    told = _why(floor, "acme", "MUG")

    assert told.growing is not None
    assert (told.growing.speed, told.growing.delay, told.growing.measured) == (pytest.approx(36), 180, False)
    assert told.growing.pieces > 0
    assert told.wanted == 40 - told.growing.pieces
    assert told.growing.costs == Decimal("12.50") * told.growing.pieces
    assert any("sells 36.0 an hour" in sentence for sentence in told.sentences)


def test_a_part_sold_inside_a_bundle_is_told_with_the_bundle(floor: Floor):
    acme = floor.connect()
    floor.count("MUG", 9)
    floor.count("SET", None, components=[["MUG", 4]])
    floor.offer(acme, "MUG", "SET")
    with floor.db.transaction() as tx:
        tx.add(ShelfComponent(store_pk=floor.store, bundle="SET", component="MUG", pieces=4))
    sell(floor, acme, "SET", 1, "O-1")

    mug, bundle = _why(floor, "acme", "MUG"), _why(floor, "acme", "SET")

    assert (mug.wanted, [(sale.pieces, sale.bundle) for sale in mug.sales]) == (5, [(4, "SET")])
    assert bundle.shelf is not None
    assert (bundle.wanted, bundle.shelf.parts) == (1, (("MUG", 4, 5),))


def test_an_offer_the_shop_has_never_spoken_of_is_explained_without_putting_it_on_the_shelf(floor: Floor):
    acme = floor.connect()
    floor.offer(acme, "GHOST", theirs=3)

    told = _why(floor, "acme", "GHOST")

    assert (told.wanted, told.because, told.shelf, told.cause) == (None, "unseen", None, "unseen")
    assert "The shop has never told anything of this SKU." in told.sentences


def test_a_sku_the_marketplace_does_not_offer_has_its_number_all_the_same(floor: Floor):
    floor.connect()
    floor.count("MUG", 9)

    told = _why(floor, "acme", "MUG")

    assert (told.wanted, told.offer, told.cause) == (9, None, "without_offer")
    assert "acme has no such offer." in told.sentences


@pytest.mark.parametrize(("key", "sku"), [("acme", "NOBODY"), ("nowhere", "MUG")])
def test_what_nobody_knows_is_said_with_a_way_out(floor: Floor, key: str, sku: str):
    floor.connect()
    floor.count("MUG", 9)

    with pytest.raises(Misconfigured) as refused:
        _why(floor, key, sku)

    assert refused.value.way_out
