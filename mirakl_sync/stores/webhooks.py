"""Our webhooks in the stores: made where they are missing, switched on again where the shop switched them off."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Connection, Store
from mirakl_sync.errors import MiraklSyncError, Misconfigured
from mirakl_sync.inbox import desk
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import Finding
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WatchReport:
    """What was found and mended, store by store."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


def watch(wiring: Wiring) -> WatchReport:
    """Look after the webhooks of every store in use; nothing to do without ``MIRAKL_SYNC_HOOKS_URL``.

    A shop that does not answer is left to the next look: the poll sees every change all the same.
    """
    if not wiring.config.hooks_url:
        return WatchReport("no address for webhooks is set: stores are polled")
    with wiring.db.reading() as tx:
        used = select(Connection.store_pk).where(Connection.stopped_because == "")
        stores = list(tx.execute(select(Store).where(Store.id.in_(used))).scalars())
    words = [_look_after(wiring, store) for store in stores]
    return WatchReport("; ".join(words) or "no store is in use")


def _look_after(wiring: Wiring, store: Store) -> str:
    if Capability.WEBHOOKS not in platform_spec(store.platform).capabilities_with(store.settings):
        return f"{store.key} has no webhooks"
    try:
        findings = wiring.connections.store(store).watch(f"{wiring.config.hooks_url.rstrip('/')}/hooks/{store.key}")
    except Misconfigured as error:
        findings = [Finding(False, "webhooks", error.words, error.way_out)]
    except MiraklSyncError as error:
        log.info("webhooks not looked at: %s", error.words, extra={"store": store.key})
        return f"{store.key} later: {error.words}"
    _ask_or_close(wiring, store, next((finding for finding in findings if not finding.ok), None))
    return f"{store.key}: " + " ".join(finding.sentence for finding in findings)


def _ask_or_close(wiring: Wiring, store: Store, bad: Finding | None) -> None:
    key = f"making webhooks of {store.key}"
    with wiring.db.transaction() as tx:
        if bad is None:
            desk.close_by_key(tx, None, "misconfigured", key, wiring.now(), "the webhooks are there and active")
            return
        ask = Ask("misconfigured", key, f"{store.key}: {bad.sentence}", facts={"way_out": bad.way_out})
        desk.open_item(tx, None, ask, "", None, wiring.now())
