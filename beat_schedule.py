"""The clock: every tick on one page.

A tick only asks "is anything due?"; what is due, and that it runs once, is decided by rows. So two clocks at once are
harmless, a stopped clock loses time and never work, and a tick that nobody took in time expires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A tick older than this is worth nothing: the next ones are behind it. Long enough that a busy worker is not starved of
# ticks, short enough that a stopped one finds no pile.
SHORTEST_LIFE = 30.0
BEAT_LONGEST_SLEEP = 1.0


@dataclass(frozen=True, slots=True)
class Tick:
    """``task`` is rung on ``queue`` every ``every`` seconds, because of ``why``."""

    name: str
    task: str
    every: float
    queue: str
    why: str

    @property
    def expires(self) -> float:
        """Seconds after which an unread tick is thrown away."""
        return max(SHORTEST_LIFE, self.every)


TICKS = (
    Tick(
        "pull orders",
        "orders.pull_due",
        1,
        "acceptance",
        "each connection has its own cadence; this only finds those whose second has come",
    ),
    Tick(
        "sweep rows",
        "orders.sweep",
        5,
        "upkeep",
        "a wake-up the broker lost is rung again before anybody notices",
    ),
    Tick(
        "watch promises",
        "orders.watch",
        10,
        "upkeep",
        "windows can be minutes; half, four fifths and the last call are each told once",
    ),
    Tick(
        "sweep deliveries",
        "webhooks.sweep",
        10,
        "upkeep",
        "a webhook kept while the broker was away is read all the same",
    ),
    Tick(
        "poll stores",
        "stores.poll_due",
        5,
        "orders",
        "webhooks alone are unreliable; each store has its own cadence",
    ),
    Tick(
        "watch webhooks",
        "stores.watch_webhooks",
        3600,
        "orders",
        "shops switch webhooks off after failures; made and mended where an address for them is set",
    ),
    Tick(
        "tell references",
        "orders.tell_references",
        10,
        "orders",
        "finance joins by the shop's order number; one OR04 tells a batch of them",
    ),
    Tick(
        "sweep unanswered",
        "orders.sweep_unanswered",
        600,
        "upkeep",
        "an order the changes did not show (a lost cursor, a late update) is found by its state",
    ),
    Tick(
        "look at open orders",
        "orders.look_at_open",
        3600,
        "upkeep",
        "once a night, by a row of its own: what the marketplace changed without telling is seen",
    ),
    Tick(
        "compare paid orders",
        "orders.compare_paid",
        900,
        "orders",
        "the marketplace's own list of what must ship finds a paid order that no pull showed",
    ),
    Tick(
        "sweep parcels",
        "shipments.sweep",
        5,
        "upkeep",
        "a parcel whose wake-up was lost, or whose order moved on, is told all the same",
    ),
    Tick(
        "watch ship-by dates",
        "shipments.watch",
        60,
        "upkeep",
        "a late shipment is told before it is late; what left unnoticed is found",
    ),
    Tick(
        "look at placed orders",
        "stores.look_at_placed",
        300,
        "orders",
        "some shops change a parcel's number without a webhook and without a date; each order comes up once an hour",
    ),
    Tick(
        "read lists",
        "shipments.refresh_lists",
        60,
        "shipments",
        "carriers, ways of shipping and rules are read once a day per marketplace; a new one needs them at once",
    ),
    Tick(
        "verify numbers",
        "shipments.verify",
        900,
        "shipments",
        "marketplaces find out which numbers no carrier knows; people hear of it while the parcel can be found",
    ),
    Tick(
        "push stock",
        "stock.push_due",
        1,
        "stock",
        "a file goes the moment the orders were looked at and the marketplace takes one; most ticks find nothing to do",
    ),
    Tick(
        "read levels",
        "stock.read_due",
        2,
        "stock",
        "each store has its own cadence; what somebody doubts is asked again within seconds",
    ),
    Tick(
        "read offers",
        "stock.offers_due",
        5,
        "stock",
        "an export is asked for, waited for and fetched; what others change on a marketplace is seen within minutes",
    ),
    Tick(
        "compare stock",
        "stock.compare_due",
        60,
        "stock",
        "once a night, by a row of its own; one that was interrupted goes on within a minute",
    ),
    Tick(
        "watch stock",
        "stock.watch",
        60,
        "stock",
        "what nobody knows, takes or confirms is no error anywhere; a person must hear of it, and of its end",
    ),
    Tick(
        "planners due",
        "planning.due",
        60,
        "upkeep",
        "files lie there an hour before a planner's night; what nobody answered about is looked for within minutes",
    ),
    Tick(
        "watch planners",
        "planning.watch",
        300,
        "upkeep",
        "a planner says nothing of what it throws away, misses or does not know; a person must hear of it",
    ),
    Tick(
        "watch silence",
        "upkeep.watch_silence",
        30,
        "upkeep",
        "a feed that stopped raises nothing by itself",
    ),
    Tick(
        "watch for quiet",
        "upkeep.watch_quiet",
        300,
        "upkeep",
        "a hidden offer or a wrong price fails nowhere; there is only no order",
    ),
    Tick(
        "beat of shipments",
        "shipments.beat",
        30,
        "shipments",
        "a queue without a worker is noticed, also while nothing else waits on it",
    ),
    Tick(
        "beat of stock",
        "stock.beat",
        30,
        "stock",
        "a queue without a worker is noticed, also while nothing else waits on it",
    ),
    Tick(
        "beat of webhooks",
        "webhooks.beat",
        30,
        "webhooks",
        "a queue without a worker is noticed, also while nothing else waits on it",
    ),
    Tick(
        "tell people",
        "upkeep.notify",
        20,
        "upkeep",
        "an urgent question is worth little while nobody knows of it",
    ),
    Tick(
        "prune",
        "upkeep.prune",
        3600,
        "upkeep",
        "buyers' data leaves when its time is over, in small pieces",
    ),
)  # fmt: skip - one tick, three lines: the page is read as a table


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The page as Celery's dictionary."""
    return {
        tick.name: {
            "task": tick.task,
            "schedule": tick.every,
            "options": {"queue": tick.queue, "expires": tick.expires},
        }
        for tick in TICKS
    }
