"""What people look at when they map carriers, read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import nulls_last, select

from mirakl_sync.db.models import (
    CarrierMapping,
    Connection,
    InboxItem,
    InboxSubject,
    ListedCarrier,
    Marketplace,
    Order,
    Shipment,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments import carriers
from mirakl_sync.shipments.carrier_views import CarrierList, ListedView, MappingView, UnmappedName
from mirakl_sync.shipments.suggest import suggest

_KINDS = ("carrier_unmapped", "carrier_refused")
# So many numbers of a name tell what its numbers look like.
_NUMBERS = 50


def listed(tx: Transaction, connection: Connection, *, gone: bool = False) -> CarrierList:
    """The list of a connection's marketplace by label, with the names that mean each; ``gone`` shows what left it."""
    market = connection.shop.marketplace
    said = mappings(tx, connection.key)
    rows = tx.execute(
        select(ListedCarrier)
        .where(
            ListedCarrier.marketplace_id == market.id,
            ListedCarrier.gone_at.is_not(None) if gone else ListedCarrier.gone_at.is_(None),
        )
        .order_by(ListedCarrier.label, ListedCarrier.code)
    ).scalars()
    forbidden = (market.facts or {}).get("alternative_carrier_forbidden")
    return CarrierList(
        connection=connection.key,
        marketplace=market.name or market.key,
        read_at=market.carriers_read_at,
        names_allowed=None if forbidden is None else not forbidden,
        carriers=tuple(_listed(row, [each for each in said if each.carrier_code == row.code]) for row in rows),
        by_name=tuple(each for each in said if not each.carrier_code),
    )


def mappings(tx: Transaction, connection: str = "") -> tuple[MappingView, ...]:
    """Every word people gave, by connection and name; of one connection where it is named."""
    asked = (
        select(CarrierMapping, Connection.key, Connection)
        .join(Connection, Connection.id == CarrierMapping.connection_id)
        .order_by(Connection.key, CarrierMapping.name, CarrierMapping.country)
    )
    if connection:
        asked = asked.where(Connection.key == connection)
    rows = tx.execute(asked).unique().all()
    here = _codes(tx, {joined.shop.marketplace_id for _, _, joined in rows})
    return tuple(
        MappingView(
            connection=key,
            name=row.spelled,
            country=row.country,
            carrier_code=row.carrier_code,
            carrier_name=row.carrier_name,
            tracking_url=row.tracking_url,
            made_by=row.made_by,
            made_at=row.made_at,
            gone=bool(row.carrier_code) and row.carrier_code not in here[joined.shop.marketplace_id],
        )
        for row, key, joined in rows
    )


def unmapped(tx: Transaction, connection: str = "") -> tuple[UnmappedName, ...]:
    """The names that wait for a person's word, those whose parcels must be told soonest first."""
    asked = (
        select(InboxItem, Connection)
        .join(Connection, Connection.id == InboxItem.connection_id)
        .where(InboxItem.kind.in_(_KINDS), InboxItem.closed_at.is_(None))
        .order_by(nulls_last(InboxItem.due_at), InboxItem.id)
    )
    if connection:
        asked = asked.where(Connection.key == connection)
    rows = tx.execute(asked).unique().all()
    lists: dict[int, tuple[Carrier, ...]] = {}
    for _, joined in rows:
        market: Marketplace = joined.shop.marketplace
        if market.id not in lists:
            lists[market.id] = _carriers(tx, market.id)
    found = [_unmapped(tx, item, joined, lists[joined.shop.marketplace_id]) for item, joined in rows]
    return tuple(sorted(found, key=lambda each: (each.first_ship_by is None, each.first_ship_by or each.asked_at)))


def _unmapped(tx: Transaction, item: InboxItem, joined: Connection, known: Sequence[Carrier]) -> UnmappedName:
    waiting = tx.execute(
        select(Shipment.country, Shipment.number, Order.ship_by)
        .join(InboxSubject, InboxSubject.subject_id == Shipment.id)
        .join(Order, Order.id == Shipment.order_pk)
        .where(InboxSubject.item_id == item.id, InboxSubject.subject == "shipment")
        .order_by(Shipment.id)
    ).all()
    name = str(item.facts.get("carrier", "")).strip() or item.key
    nearest = carriers.nearest(name, known)
    by_numbers = suggest([number for _, number, _ in waiting][:_NUMBERS], known)
    return UnmappedName(
        item=item.id,
        connection=joined.key,
        name=name,
        why=item.question,
        refused=item.kind == "carrier_refused",
        parcels=len(waiting),
        first_ship_by=_first(ship_by for _, _, ship_by in waiting),
        asked_at=item.opened_at,
        countries=tuple(sorted({country for country, _, _ in waiting if country})),
        nearest=nearest,
        by_numbers=tuple(each for each in by_numbers if each not in nearest),
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _listed(row: ListedCarrier, said: Sequence[MappingView]) -> ListedView:
    shown = Carrier(row.code, row.label, row.standard_code, row.tracking_url)
    return ListedView(
        row.code, row.label, row.standard_code, row.tracking_url, carriers.needs_number(shown), row.gone_at, tuple(said)
    )


def _carriers(tx: Transaction, marketplace_pk: int) -> tuple[Carrier, ...]:
    rows = tx.execute(
        select(ListedCarrier)
        .where(ListedCarrier.marketplace_id == marketplace_pk, ListedCarrier.gone_at.is_(None))
        .order_by(ListedCarrier.label, ListedCarrier.code)
    ).scalars()
    return tuple(Carrier(row.code, row.label, row.standard_code, row.tracking_url) for row in rows)


def _codes(tx: Transaction, marketplaces: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = tx.execute(
        select(ListedCarrier.marketplace_id, ListedCarrier.code).where(
            ListedCarrier.marketplace_id.in_(list(marketplaces)), ListedCarrier.gone_at.is_(None)
        )
    )
    for marketplace_pk, code in rows:
        found[marketplace_pk].add(code)
    return found
