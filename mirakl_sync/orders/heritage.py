"""An order the shop cancelled, and what may have taken its place. Pure.

Some shops are edited by cancelling an order and making another one. The marketplace must not hear of the cancellation,
and the parcel of the new order is the parcel of the sale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.orders.steps import Trace

# A cancelled order is parked so long, and looked behind so often meanwhile.
WITHIN = timedelta(minutes=15)
TRACE_EVERY = timedelta(minutes=1)
# A person takes their time; a surer sign may come of itself.
ASKED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class HeirFacts:
    """A candidate: the shop's number of it and what makes it one."""

    number: str
    sign: str


@dataclass(frozen=True, slots=True)
class Heritage:
    """What is known of the place of a cancelled order. ``traced_at`` is the last look behind it."""

    canceled_at: datetime
    traced_at: datetime | None = None
    heirs: tuple[HeirFacts, ...] = ()
    within: timedelta = WITHIN

    @property
    def over(self) -> datetime:
        """From then on nobody is waited for any more."""
        return self.canceled_at + self.within


def heir_wanted(
    order_id: str, heritage: Heritage, now: datetime, ship_by: datetime | None
) -> Trace | Wait | Ask | None:
    """Look for the heir, wait for it, or ask which one it is; None when the order was simply cancelled.

    An heir that is certain is no longer asked about: it stands in the cancelled order's place already.
    """
    last = heritage.traced_at
    every = ASKED_EVERY if heritage.heirs else TRACE_EVERY
    unfinished = last is None or last < heritage.over or bool(heritage.heirs)
    if last is None or (unfinished and (now >= last + every or now >= heritage.over > last)):
        return Trace()
    if heritage.heirs:
        return _which(order_id, heritage, now, ship_by)
    if now < heritage.over:
        again = min(last + TRACE_EVERY, heritage.over)
        return Wait("an order that takes the place of the one cancelled in the shop", again)
    return None


def _which(order_id: str, heritage: Heritage, now: datetime, ship_by: datetime | None) -> Ask:
    numbers = ", ".join(heir.number for heir in heritage.heirs)
    words = f"The shop's order for {order_id} was cancelled there, and {numbers} may have taken its place."
    facts = {"candidates": [{"number": heir.number, "known by": heir.sign} for heir in heritage.heirs]}
    return Ask("replaced_in_shop", order_id, words, until=now + ASKED_EVERY, due=ship_by, facts=facts)
