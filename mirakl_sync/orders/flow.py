"""Take an order as far as it can go: what task, console and command line call alike."""

from __future__ import annotations

from collections.abc import Sequence

from mirakl_sync.cases import advance as machinery
from mirakl_sync.cases import flow
from mirakl_sync.cases.flow import Advanced
from mirakl_sync.cases.outcome import Outcome
from mirakl_sync.orders.case import OrderCase
from mirakl_sync.wiring import Wiring


def advance(order_pk: int, wiring: Wiring, lane: str | None = None) -> Outcome:
    """Advance one order; with a ``lane`` ("acceptance" or "orders") only through that lane's calls."""
    return machinery.advance(
        OrderCase(wiring.connections, wiring.config.call_timeout), order_pk, wiring.machinery, lane=lane
    )


def advance_all(order_pks: Sequence[int], wiring: Wiring, lane: str | None = None) -> Advanced:
    """Advance many orders at the same time, each by itself. See ``cases.flow``."""
    return flow.advance_all(order_pks, lambda pk: advance(pk, wiring, lane), wiring.crew, "orders")
