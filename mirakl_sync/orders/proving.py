"""Ask the shop about many SKUs at once, before the orders that need them are judged."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Store
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders.case import heard_from
from mirakl_sync.shelf import board
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)


def prove_ahead(opened: OpenConnection, skus: Sequence[str], wiring: Wiring) -> int:
    """Fill the shelf for SKUs seen too long ago, in one call for a whole page. Answers how many were asked.

    A shop that does not answer is no obstacle: each order proves itself later, off the acceptance workers.
    """
    wanted = sorted(set(skus))
    if not wanted:
        return 0
    now = wiring.now()
    with wiring.db.reading() as tx:
        silent_until = tx.get_one(Store, opened.store_pk).silent_until
        shelf = board.seen(tx, opened.store_pk, wanted)
    oldest = now - opened.policy.orders.proof_fresh / 2
    stale = [sku for sku in wanted if sku not in shelf or shelf[sku].observed_at < oldest]
    if not stale or (silent_until is not None and silent_until > now):
        return 0
    try:
        facts = opened.platform.product_facts(stale)
    except MiraklSyncError as error:
        log.info("proof ahead failed: %s", error, extra={"connection": opened.key})
        return 0
    with wiring.db.transaction() as tx:
        heard_from(tx.get_one(Store, opened.store_pk))
        board.observe(tx, opened.store_pk, facts.values())
    return len(stale)
