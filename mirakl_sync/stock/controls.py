"""What a person may do about stock: send now, tell anew, take off sale for a time and put back, rule, release.

Every act may be repeated, stands in the connection's trail with the person's name, and, where it is about a SKU, in its
story. What has an end ends by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from mirakl_sync.connections.pausing import store
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, Offer, StockLane
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.orders import selling
from mirakl_sync.shelf import offers
from mirakl_sync.stock import acts, ruling
from mirakl_sync.stock.limits import SKU
from mirakl_sync.stock.ruling import Ruled
from mirakl_sync.wiring import Wiring

# A marketplace off sale for longer than this is a matter of its policy.
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Hurried:
    """The connections a file is sent for now, by key, and why not for the others."""

    rung: dict[str, int]
    resting: dict[str, str]


def hurry(tx: Transaction, wiring: Wiring, key: str, who: str, now: datetime) -> Hurried:
    """Send what differs now, without waiting for the cadence or a look at the orders; no key means every connection.

    Never closer than the marketplace takes files. ``Refused`` where the one named sends no stock; of several, those
    that send none are told.
    """
    rung, resting = {}, {}
    for row in acts.connections(tx, key):
        why = _resting(tx, wiring, row)
        if why and row.key == key:
            raise Refused(f"{key} sends no stock: {why}.", way_out=_way_out(key, why))
        if why:
            resting[row.key] = why
            continue
        _rush(tx, row, who)
        acts.note(tx, row, who, now, "sent now")
        rung[row.key] = row.id
    return Hurried(rung, resting)


def _resting(tx: Transaction, wiring: Wiring, row: Connection) -> str:
    if row.stopped_because:
        return f"it stands still ({row.stopped_because})"
    if "stock" in row.paused:
        return "a person paused its stock"
    return "" if wiring.connections.policy(tx, row.policy_id).stock.send else "its policy says send = false"


def _way_out(key: str, why: str) -> str:
    if "send = false" in why:
        return (
            f"`mirakl-sync stock push {key} --dry-run` shows what would be sent; then set send = true in its policy "
            "with `mirakl-sync connections apply FILE`."
        )
    return f"`mirakl-sync connections resume {key}` lets it go on."


def _rush(tx: Transaction, row: Connection, who: str) -> None:
    lane = _lane(tx, row)
    lane.hurry = who[:80] or "somebody"
    if lane.push_id is None:
        # a file on its way is followed as often as the marketplace allows, and no sooner
        lane.next_at = None
    tx.wake("stock.push", row.id)


def _lane(tx: Transaction, row: Connection) -> StockLane:
    insert_once(tx, StockLane, {"connection_id": row.id})
    return tx.get_one(StockLane, row.id, with_for_update=True)


def resend(tx: Transaction, key: str, skus: Sequence[str], who: str, now: datetime) -> list[str]:
    """Forget what we believe of these offers, refusals too, so that their numbers are told anew; answers the SKUs.

    ``key`` names a connection, or a store: then all of its connections. ``Refused`` for SKUs none of them offers.
    """
    rows = acts.connections(tx, key)
    acts.offered(tx, rows, skus)
    for some in acts.parts(skus):
        tx.execute(
            update(Offer)
            .where(Offer.connection_id.in_([row.id for row in rows]), Offer.sku.in_(some))
            .values(theirs=None, refused=None, refusal="", held="", touched_at=acts.touched(now))
            .execution_options(synchronize_session=False)
        )
    for row in rows:
        acts.tell(tx, row, skus, who, now, "told anew")
    return list(skus)


def zero(tx: Transaction, key: str, until: datetime, who: str, why: str, now: datetime) -> int:
    """Show everything on this connection's marketplace as sold out until then; answers how many offers that are.

    It goes before anything else, and is restored by itself. Said again, the later word counts.
    """
    _bounded(until, why, now)
    row = acts.one(tx, key)
    lane = _lane(tx, row)
    lane.zero_until, lane.zero_by = until, who[:80]
    _rush(tx, row, who)
    acts.note(tx, row, who, now, f"everything off sale until {until:%Y-%m-%d %H:%M} UTC: {why}")
    return offers.touch_all(tx, now, connection_id=row.id)


def zero_skus(
    tx: Transaction, key: str, skus: Sequence[str], until: datetime, who: str, why: str, now: datetime
) -> list[str]:
    """The same for some SKUs, on one connection or (``key`` names a store) on all of its connections."""
    _bounded(until, why, now)
    rows = acts.connections(tx, key)
    acts.offered(tx, rows, skus)
    for sku in dict.fromkeys(skus):
        ruling.rule(tx, key, SKU, sku, Ruled(fixed=0), who=who, why=why, now=now, until=until)
    for row in rows:
        _rush(tx, row, who)
    return list(skus)


def restore(tx: Transaction, key: str, skus: Sequence[str], who: str, now: datetime) -> list[str]:
    """Put on sale again what ``zero`` (no SKUs named) or ``zero_skus`` took off; answers what was off.

    Nothing off sale is no mistake: the answer is empty.
    """
    if skus:
        return [sku for sku in dict.fromkeys(skus) if ruling.end_zero(tx, key, sku, who, now)]
    row = acts.one(tx, key)
    lane = _lane(tx, row)
    if lane.zero_until is None or lane.zero_until <= now:
        return []
    lane.zero_until, lane.zero_by = None, ""
    offers.touch_all(tx, now, connection_id=row.id)
    acts.note(tx, row, who, now, "on sale again")
    return [row.key]


def release(tx: Transaction, key: str, skus: Sequence[str], who: str, now: datetime) -> list[str]:
    """Let our numbers be sent over those somebody else set; no SKUs: every held one. Answers the SKUs.

    ``Refused`` when a SKU that is named waits for nobody.
    """
    row = acts.one(tx, key)
    held = select(Offer.sku).where(Offer.connection_id == row.id, Offer.held != "")
    waiting = set(tx.execute(held).scalars())
    if strange := sorted(set(skus) - waiting):
        raise Refused(
            f"Nothing of {key} waits for a person: {', '.join(strange)}.",
            way_out=f"`mirakl-sync stock offers {key} --held` shows what does.",
        )
    chosen = sorted(set(skus) or waiting)
    for some in acts.parts(chosen):
        tx.execute(
            update(Offer)
            .where(Offer.connection_id == row.id, Offer.sku.in_(some))
            .values(held="", touched_at=acts.touched(now))
            .execution_options(synchronize_session=False)
        )
    acts.tell(tx, row, chosen, who, now, "our number may be sent over theirs")
    return chosen


def _bounded(until: datetime, why: str, now: datetime) -> None:
    if not now < until <= now + LONGEST:
        raise Refused(
            f"Off sale until {until:%Y-%m-%d %H:%M} UTC cannot be.",
            way_out=f"Say a time from now on, at most {LONGEST.days} days; off sale for good is a rule: "
            "`mirakl-sync stock rule CONNECTION SKU --fixed 0`.",
        )
    if not why.strip():
        raise Refused("Nobody will know why it was taken off sale.", way_out="Say why: `--why “…”`.")


def put_right(tx: Transaction, key: str, now: datetime) -> int:
    """The numbers of a store were made to contain every order of ours, by hand or by a program of its own.

    For shops whose orders never reach their number (`never_felt`); answers of how many orders pieces were kept back.
    ``Misconfigured`` for a store nobody knows.
    """
    return selling.put_right(tx, store(tx, key).id, now)
