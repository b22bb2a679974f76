"""Sales on two marketplaces, words of the shop, weighing, files and lists at once: nobody waits for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mirakl_sync.db.models import StockPush
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.records.stock import OfferSeen
from mirakl_sync.shelf import board, offers
from mirakl_sync.shelf.offers import Sale
from mirakl_sync.stock import arriving, choosing, directory, weighing
from mirakl_sync.stock.directory import Whose
from mirakl_sync.stock.lane import Choice
from mirakl_sync.stock.sighting import View
from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay

ROUNDS = 40
SKUS = [f"T-{n}" for n in range(12)]


def test_crossing_paths(begin_stock: BeginStock) -> None:
    things = [{"sku": sku, "price": 5.0, "quantity": 500, "title": sku} for sku in SKUS]
    shops = [{"shop_id": 2000, "offers": things}]
    day = begin_stock(market={"shops": shops}, webshop={"products": things}, also={"brico": {}})
    start, went_wrong = threading.Barrier(6), []

    def repeat(work: Callable[[StockDay, random.Random], None], seed: int) -> None:
        dice = random.Random(seed)
        start.wait()
        for _ in range(ROUNDS):
            try:
                work(day, dice)
            except SQLAlchemyError as error:
                went_wrong.append(error)

    works = [_sells("acme"), _sells("brico"), _speaks, _weighs, _files, _reads]
    threads = [threading.Thread(target=repeat, args=(work, seed)) for seed, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert went_wrong == []
    assert not any(thread.is_alive() for thread in threads)


def _some(dice: random.Random) -> list[str]:
    return dice.sample(SKUS, 6)


def _sells(market: str) -> Callable[[StockDay, random.Random], None]:
    def sell(day: StockDay, dice: random.Random) -> None:
        now, store = day.clock(), day.connection().store_pk
        sales = [Sale(sku, 1, now, f"{market}-{dice.random()}") for sku in _some(dice)]
        with day.wiring.db.transaction() as tx:
            offers.sold(tx, day.world.connections[market], store, sales, now)
        with day.wiring.db.transaction() as tx:
            offers.given_back(tx, day.world.connections[market], store, sales, now, "over")

    return sell


def _speaks(day: StockDay, dice: random.Random) -> None:
    now = day.clock()
    facts = [ProductFacts(sku, now, product_id=sku, quantity=dice.randrange(9)) for sku in _some(dice)]
    new = ProductFacts(f"NEW-{dice.randrange(99)}", now, quantity=1)
    with day.wiring.db.transaction() as tx:
        board.observe(tx, day.connection().store_pk, [*facts, new], now)


def _reads(day: StockDay, dice: random.Random) -> None:
    now, store = day.clock(), day.connection().store_pk
    seen = [OfferSeen(sku, sku, quantity=dice.choice([500, dice.randrange(9)])) for sku in dice.sample(SKUS, 12)]
    with day.wiring.db.transaction() as tx:
        directory.write(tx, Whose(day.world.connections["brico"], store), seen, View(9, now, now, now))


def _weighs(day: StockDay, dice: random.Random) -> None:
    weighing.weigh(day.wiring, day.connection().store_pk)


def _files(day: StockDay, dice: random.Random) -> None:
    later = day.clock() + timedelta(seconds=1)
    with day.wiring.db.transaction() as tx:
        opened = day.wiring.connections.open(tx, day.world.connection)
        push = choosing.choose(tx, opened, Choice.ALL, day.clock())
        number = push.id if push else None
    if number is not None:
        with day.wiring.db.transaction() as tx:
            row = tx.execute(select(StockPush).where(StockPush.id == number)).scalar_one()
            arriving.release(tx, opened, row, later, "nothing of it was applied")
