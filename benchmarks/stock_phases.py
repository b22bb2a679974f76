"""One phase of a measurement of stock, in a process of its own: its seconds, its memory, what it asked the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import event, func, select, update

# what a worker has in its memory, whatever it does
import tasks.app  # noqa: F401 - for its memory alone
from benchmarks.stock_stage import HOOK_SECRET, PREFIX, Ground
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Delivery, LevelFeed, Offer, OfferReading, StockComparison, StockLane, StockPush
from mirakl_sync.hooks import inbox
from mirakl_sync.records.shop import Notice, NoticeKind, ProductFacts
from mirakl_sync.shelf import board
from mirakl_sync.stock import comparing, pushing, reading, weighing
from mirakl_sync.stores import full_look, notices
from mirakl_sync.wiring import Wiring

Found = dict[str, float]


def main(phase: str, ground: Ground, *args: int) -> Found:
    """Run a phase; what it found and what it took."""
    wiring = ground.wiring()
    try:
        with _measured(wiring) as found:
            found.update(PHASES[phase](wiring, ground, *args))
        return found
    finally:
        wiring.close()


@contextmanager
def _measured(wiring: Wiring) -> Iterator[Found]:
    """Seconds, processor seconds, peak of memory (MB), transactions written and statements asked."""
    found: Found = {"transactions": 0, "statements": 0}
    event.listen(wiring.db.writing, "commit", lambda _: _count(found, "transactions"))
    for engine in wiring.db.engines():
        event.listen(engine, "before_cursor_execute", lambda *_: _count(found, "statements"))
    began, used = time.monotonic(), time.process_time()
    yield found
    found["seconds"], found["cpu_seconds"] = time.monotonic() - began, time.process_time() - used
    found["memory_mb"] = _peak()


def _count(found: Found, what: str) -> None:
    found[what] += 1


def _peak() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM in status")


def _facts(at: datetime, numbers: Iterator[tuple[int, int]]) -> Iterator[ProductFacts]:
    for number, quantity in numbers:
        yield ProductFacts(f"{PREFIX}{number}", at, product_id=str(number), quantity=quantity, changed_at=at)


def shelf(wiring: Wiring, ground: Ground) -> Found:
    """Every SKU of the shop, as a full look writes them down; all stand otherwise than the marketplace shows."""
    now = wiring.now()
    for start in range(1, ground.offers + 1, full_look.AT_ONCE):
        numbers = ((n, 6 + n % 50) for n in range(start, min(start + full_look.AT_ONCE, ground.offers + 1)))
        with wiring.db.transaction() as tx:
            board.observe(tx, ground.store, _facts(now, numbers), now)
    with wiring.db.transaction() as tx:
        insert_once(tx, LevelFeed, {"store_pk": ground.store})
        feed = tx.get_one(LevelFeed, ground.store)
        feed.read_at = feed.read_full_at = now
    return {}


def read(wiring: Wiring, ground: Ground) -> Found:
    """Every offer of the marketplace's list (OF52, OF53, OF54) into our copy of it."""
    began = wiring.now()
    with wiring.db.transaction() as tx:
        reading.want(tx, ground.connection, began, full=True)
    while True:
        reading.read_offers(ground.connection, wiring)
        with wiring.db.reading() as tx:
            row = tx.get_one(OfferReading, ground.connection)
        if row.read_full_at is not None and row.read_full_at >= began:
            return {"offers": row.offers}
        _sleep_until(wiring, row.next_at)


def weigh(wiring: Wiring, ground: Ground) -> Found:
    """Every touched offer."""
    weighed = 0
    while True:
        report = weighing.weigh(wiring, ground.store)
        weighed += report.weighed
        if not report.more:
            return {"weighed": weighed}


def push(wiring: Wiring, ground: Ground) -> Found:
    """Whatever differs, file after file, each followed until the marketplace has worked it off."""
    with wiring.db.reading() as tx:
        before = tx.execute(_FILES).one()
    while True:
        pushing.push(ground.connection, wiring)
        with wiring.db.reading() as tx:
            lane = tx.get_one(StockLane, ground.connection)
            waiting = tx.execute(_DUE, {"of": ground.connection}).first()
        if lane.push_id is None and waiting is None:
            break
        _sleep_until(wiring, lane.next_at)
    with wiring.db.reading() as tx:
        after = tx.execute(_FILES).one()
    return {"files": after[0] - before[0], "rows": (after[1] or 0) - (before[1] or 0)}


_FILES = select(func.count(), func.sum(StockPush.rows)).where(StockPush.state == "done")
_DUE = select(Offer.id).where(Offer.due).limit(1)


def _sleep_until(wiring: Wiring, at: datetime | None) -> None:
    """As beat would ring at best."""
    if at is not None:
        time.sleep(max(0.0, (at - wiring.now()).total_seconds()))


def poll(wiring: Wiring, ground: Ground, changes: int, run: int) -> Found:
    """So many SKUs, spread over the catalogue, changed in the shop: as a poll hands them on, a hundred at a time."""
    now, apart = wiring.now(), ground.offers // changes
    facts = list(_facts(now, ((1 + n * apart, 100 + run) for n in range(changes))))
    for start in range(0, changes, 100):
        told = [
            Notice(NoticeKind.PRODUCT, fact.product_id, fact.observed_at, product=fact)
            for fact in facts[start : start + 100]
        ]
        with wiring.db.transaction() as tx:
            notices.apply(tx, ground.store, told, now)
    return {}


def compare(wiring: Wiring, ground: Ground) -> Found:
    """Both sides offer by offer, once both have told their numbers."""
    with wiring.db.transaction() as tx:
        number = comparing.ask(tx, ground.connection, "bench", wiring.now()).id
        # their list and the shop were read a moment ago
        tx.execute(update(OfferReading).values(read_at=wiring.now()))
        tx.execute(update(LevelFeed).values(read_at=wiring.now()))
    comparing.compare(number, wiring)
    with wiring.db.reading() as tx:
        row = tx.get_one(StockComparison, number)
    if row.finished_at is None:
        raise RuntimeError(f"the comparison is not over: {row.words}")
    return {"offers": row.offers, "agree": row.agree}


def keep(wiring: Wiring, ground: Ground, count: int, skus: int) -> Found:
    """Webhooks of the shop arrive: so many, about so many SKUs, each verified and kept."""
    template = requests.get(
        f"{ground.webshop}/wp-json/wc/v3/products",
        params={"sku": f"{PREFIX}1"},
        auth=(ground.consumer_key, ground.consumer_secret),
        timeout=60,
    ).json()[0]
    # the last of each SKU is from now: newer than whatever was said of it before
    began, last = datetime.now(UTC), (count - 1) // skus
    for place in range(count):
        number, time_of = 1 + place % skus, began - timedelta(seconds=last - place // skus)
        body = json.dumps(
            template
            | {"id": number, "sku": f"{PREFIX}{number}", "manage_stock": True, "stock_quantity": 1000 + place // skus}
            | {"date_modified_gmt": f"{time_of:%Y-%m-%dT%H:%M:%S}"}
        ).encode()
        signature = base64.b64encode(hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"X-WC-Webhook-Topic": "product.updated", "X-WC-Webhook-Signature": signature}
        answer = inbox.receive(wiring, "webshop", headers, body)
        if answer.words != "kept":
            raise RuntimeError(answer.words)
    return {}


def digest(wiring: Wiring, _: Ground) -> Found:
    """Every kept webhook is read, one after another."""
    with wiring.db.reading() as tx:
        kept = list(tx.execute(select(Delivery.id).where(Delivery.digested_at.is_(None))).scalars())
    for number in kept:
        inbox.digest(number, wiring)
    return {"digested": len(kept)}


PHASES: dict[str, Callable[..., Found]] = {
    "shelf": shelf,
    "read": read,
    "weigh": weigh,
    "push": push,
    "poll": poll,
    "compare": compare,
    "keep": keep,
    "digest": digest,
}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Ground(**json.loads(sys.argv[2])), *map(int, sys.argv[3:]))))
