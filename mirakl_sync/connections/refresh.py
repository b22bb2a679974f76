"""Read again what marketplaces change rarely: their rules (PC01), ways of shipping (SH12) and carriers (SH21)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.difference import existing
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import (
    CarrierMapping,
    Connection,
    InboxItem,
    InboxSubject,
    ListedCarrier,
    Marketplace,
    Shipment,
    Shop,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, RateLimited
from mirakl_sync.inbox import desk
from mirakl_sync.records.order import MarketplaceFacts
from mirakl_sync.records.shipment import Carrier, ShippingType
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# All three are published as "once a day".
EVERY = timedelta(days=1)
# What could not be read is tried again so much later, unless the marketplace said when.
AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class RefreshReport:
    """Which marketplaces were read, in words."""

    words: tuple[str, ...]

    def sentence(self) -> str:
        """For Flower."""
        return "; ".join(self.words) or "no marketplace is due"


def refresh_due(wiring: Wiring) -> RefreshReport:
    """Read the lists of every marketplace whose day is over, through one of its connections."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        rows = tx.execute(
            select(Marketplace.id, Marketplace.key, Connection.id)
            .join(Shop, Shop.marketplace_id == Marketplace.id)
            .join(Connection, Connection.shop_pk == Shop.id)
            .where(
                Connection.stopped_because == "",
                or_(Marketplace.lists_due_at.is_(None), Marketplace.lists_due_at <= now),
            )
            .order_by(Connection.id)
        ).all()
        due = {market: (key, connection) for market, key, connection in reversed(rows)}
        for market in due:
            # another tick must not ask while this one does
            tx.get_one(Marketplace, market).lists_due_at = now + AGAIN
    return RefreshReport(tuple(f"{key}: {refresh(connection, wiring)}" for key, connection in due.values()))


def refresh(connection_id: int, wiring: Wiring) -> str:
    """Read the lists through this connection; what cannot be read now is told and tried again. Answers a sentence."""
    with wiring.db.reading() as tx:
        opened = wiring.connections.open(tx, connection_id)
    said, again = [], EVERY
    for part in _parts(wiring, opened):
        try:
            said.append(part())
        except MiraklSyncError as error:
            log.info("a list was not read: %s", error.words, extra={"marketplace": opened.marketplace})
            said.append(error.words)
            # a list that may be read once a day is as good as read
            again = again if isinstance(error, RateLimited) else AGAIN
    with wiring.db.transaction() as tx:
        existing(tx, Marketplace, opened.marketplace).lists_due_at = wiring.now() + again
    wiring.connections.forget(connection_id)
    return ", ".join(said)


def _parts(wiring: Wiring, opened: OpenConnection) -> tuple[Callable[[], str], ...]:
    shop, market = opened.shop, opened.marketplace
    return (
        lambda: keep_rules(wiring, market, shop.configuration()),
        lambda: keep_shipping_types(wiring, market, shop.shipping_types()),
        lambda: keep_carriers(wiring, market, shop.carriers()),
    )


def keep_rules(wiring: Wiring, marketplace: str, told: MarketplaceFacts) -> str:
    """Keep what PC01 said of the operator; answers what that is."""
    facts = {name: value for name, value in asdict(told).items() if name != "raw"}
    with wiring.db.transaction() as tx:
        market = existing(tx, Marketplace, marketplace)
        market.facts, market.facts_at = {**market.facts, **facts}, wiring.now()
    return "rules"


def keep_shipping_types(wiring: Wiring, marketplace: str, told: tuple[ShippingType, ...]) -> str:
    """Keep what SH12 said; answers how many there are."""
    with wiring.db.transaction() as tx:
        market = existing(tx, Marketplace, marketplace)
        market.facts = {**market.facts, "shipping_types": {each.code: asdict(each) for each in told}}
    return f"{len(told)} ways of shipping"


def keep_carriers(wiring: Wiring, marketplace: str, told: tuple[Carrier, ...]) -> str:
    """Keep the list of carriers (SH21); people are asked about mapped ones that left it, and parcels whose carrier
    nobody knew look again where something is new. Answers what changed."""
    with wiring.db.transaction() as tx:
        now, market = wiring.now(), existing(tx, Marketplace, marketplace)
        kept = {
            row.code: row
            for row in tx.execute(select(ListedCarrier).where(ListedCarrier.marketplace_id == market.id)).scalars()
        }
        new = [each for each in told if each.code not in kept or kept[each.code].gone_at is not None]
        spelled = any(_spelled(kept[each.code]) != _spelled(each) for each in told if each.code in kept)
        for each in told:
            row = kept.get(each.code) or ListedCarrier(marketplace_id=market.id, code=each.code)
            row.label, row.standard_code, row.tracking_url = each.label, each.standard_code, each.tracking_url
            row.seen_at, row.gone_at = now, None
            tx.add(row)
        here = {each.code for each in told}
        gone = [row for code, row in kept.items() if code not in here and row.gone_at is None]
        for row in gone:
            row.gone_at = now
        market.carriers_read_at = now
        if new or spelled:
            _look_again(tx, market, now)
        _ask_about_mapped(tx, market, [row.code for row in gone], here, now)
    return f"{len(told)} carriers" + (f" ({len(new)} new, {len(gone)} gone)" if kept and (new or gone) else "")


def _spelled(carrier: Carrier | ListedCarrier) -> tuple[str, str]:
    return carrier.label, carrier.standard_code


def _look_again(tx: Transaction, market: Marketplace, now: datetime) -> None:
    """Parcels that wait because nobody knew their carrier: it may be on the list now. The sweep rings for them."""
    waiting = (
        select(InboxSubject.subject_id)
        .join(InboxItem, InboxItem.id == InboxSubject.item_id)
        .join(Connection, Connection.id == InboxItem.connection_id)
        .join(Shop, Shop.id == Connection.shop_pk)
        .where(
            Shop.marketplace_id == market.id,
            InboxItem.kind == "carrier_unmapped",
            InboxItem.closed_at.is_(None),
            InboxSubject.subject == "shipment",
        )
    )
    tx.execute(
        update(Shipment)
        .where(Shipment.id.in_(waiting), Shipment.blocked_by.is_not(None))
        .values(next_attempt_at=now, rung_at=None)
        .execution_options(synchronize_session=False)
    )


def _ask_about_mapped(tx: Transaction, market: Marketplace, gone: list[str], here: set[str], now: datetime) -> None:
    rows = tx.execute(
        select(CarrierMapping, Connection.key)
        .join(Connection, Connection.id == CarrierMapping.connection_id)
        .join(Shop, Shop.id == Connection.shop_pk)
        .where(Shop.marketplace_id == market.id, CarrierMapping.carrier_code != "")
        .order_by(CarrierMapping.spelled)
    ).all()
    for mapping, key in rows:
        if mapping.carrier_code in here:
            back = f"{mapping.carrier_code} is on the list again"
            desk.close_by_key(tx, mapping.connection_id, "carrier_gone", mapping.carrier_code, now, back)
        elif mapping.carrier_code in gone:
            same = (mapping.connection_id, mapping.carrier_code)
            names = [f"“{x.spelled}”" for x, _ in rows if (x.connection_id, x.carrier_code) == same]
            who = market.name or market.key
            words = f"{who} no longer lists {mapping.carrier_code}, which {', '.join(names)} of {key} stand for."
            ask = Ask("carrier_gone", mapping.carrier_code, words)
            desk.open_item(tx, mapping.connection_id, ask, "", None, now)
