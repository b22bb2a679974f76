"""The queues: what is promised on each, who cares, and which task waits where.

One queue per promise and one worker per queue: an order's deadline waits 3 ms on a queue of its own and seconds on a
shared one (measured). A queue is declared here when its first task exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kombu.entity import Exchange
from kombu.entity import Queue as BrokerQueue

from mirakl_sync.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue and the worker that serves it.

    ``concurrency`` is how many calls wait at the same time, not a number of cores. ``lanes`` are the lanes of cases
    (``mirakl_sync.cases``) whose deeds are done here. ``tasks`` are all that may wait here.
    """

    name: str
    promise: str
    cares: str
    concurrency: int
    tasks: tuple[str, ...]
    lanes: tuple[str, ...] = ()
    pool: str = "threads"


QUEUES = (
    Queue(
        "acceptance",
        promise="marketplaces are asked and answered within seconds; nothing else ever waits here",
        cares="operations: a missed window is a lost sale and a mark against the shop",
        # a pull of 500 orders is answered by many at a time: the wait is the marketplace's round trip, not ours
        concurrency=64,
        tasks=("orders.pull_due", "orders.pull", "orders.accept"),
        lanes=("acceptance",),
    ),
    Queue(
        "orders",
        promise="accepted orders reach the shops at the speed the shops allow",
        cares="the warehouse: what is not in the shop does not ship",
        concurrency=8,
        tasks=(
            "orders.advance",
            "orders.tell_references",
            "orders.compare_paid",
            "stores.poll_due",
            "stores.poll",
            "stores.look_at_placed",
            "stores.watch_webhooks",
        ),
        lanes=("orders",),
    ),
    Queue(
        "shipments",
        promise="what left the house is told to its marketplace within seconds; slow shops delay nobody here",
        cares="buyers, who wait for a number, and finance: what is not confirmed is not paid",
        # the warehouse closes its day in one burst, and the wait is the marketplace's round trip
        concurrency=16,
        tasks=("shipments.advance", "shipments.verify", "shipments.refresh_lists", "shipments.beat"),
        lanes=("shipments",),
    ),
    Queue(
        "stock",
        promise="a change in a shop is in the marketplace's next file; one file at a time for each connection",
        cares="ecommerce: what is sold out must not be sold, what is there must be offered",
        # one lane, one reading of offers and one look at a store at a time each: a few connections fill it
        concurrency=4,
        tasks=(
            "stock.push_due",
            "stock.push",
            "stock.read_due",
            "stock.poll",
            "stock.look",
            "stock.read_levels",
            "stock.offers_due",
            "stock.read_offers",
            "stock.compare_due",
            "stock.compare",
            "stock.watch",
            "stock.beat",
        ),
    ),
    Queue(
        "webhooks",
        promise="kept deliveries are read soon; bursts wait here and delay nobody",
        cares="ecommerce: how quickly a change in the shop is seen",
        concurrency=4,
        tasks=("webhooks.digest", "webhooks.beat"),
    ),
    Queue(
        "upkeep",
        promise="forgotten rows are found, promises and feeds are watched, people are told, old data leaves",
        cares="operations: silence is noticed here",
        concurrency=4,
        tasks=(
            "orders.sweep",
            "orders.watch",
            "orders.sweep_unanswered",
            "orders.look_at_open",
            "shipments.sweep",
            "shipments.watch",
            "webhooks.sweep",
            "planning.due",
            "planning.send",
            "planning.read",
            "planning.watch",
            "upkeep.watch_silence",
            "upkeep.watch_quiet",
            "upkeep.notify",
            "upkeep.prune",
        ),
    ),
)

QUEUE_OF = {task: queue.name for queue in QUEUES for task in queue.tasks}
TASK_NAMES = frozenset(QUEUE_OF)


def broker_queues() -> tuple[BrokerQueue, ...]:
    """The queues as kombu declares them: each its own list in the broker, reached by its own name."""
    return tuple(
        BrokerQueue(queue.name, Exchange(queue.name, type="direct"), routing_key=queue.name) for queue in QUEUES
    )


def route(name: str, *_arguments: Any, **_options: Any) -> dict[str, str]:
    """Where a task waits. A name nobody serves is refused rather than left on a queue nobody reads."""
    queue = QUEUE_OF.get(name)
    if queue is None:
        raise Misconfigured(f"No worker serves a task named {name!r}.", way_out="Give it a queue in tasks/queues.py.")
    return {"queue": queue, "routing_key": queue}
