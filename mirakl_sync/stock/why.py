"""Why an offer shows the number it shows: the whole arithmetic, what it rests on, and what happens next. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, or_, select

from mirakl_sync.connections.opened import Connections
from mirakl_sync.connections.pausing import connection
from mirakl_sync.db.models import Connection, Offer, Order, OrderLine, ShelfItem, StockEvent, StockLane, StockRule
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.shelf import board, bundles
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import facts, queries, scale
from mirakl_sync.stock.causes import Cause, words
from mirakl_sync.stock.limits import CATEGORY, SKU
from mirakl_sync.stock.rules import Wanted
from mirakl_sync.stock.scale import Scale, Side
from mirakl_sync.stock.views import Growing, RuleView, ShelfView, UnfeltSale, Why
from mirakl_sync.stock.why_words import sentences

# Lines of a story that say something about the number the marketplace shows.
_ABOUT_THEIRS = [
    str(kind) for kind in (Told.ACCEPTED, Told.SHOWN, Told.SOLD, Told.GIVEN_BACK, Told.REFUSED, Told.UNKNOWN)
]


def why(tx: Transaction, connections: Connections, connection_key: str, sku: str, now: datetime) -> Why:
    """Explain the number of one SKU on one connection, as weighing would reckon it now.

    ``Misconfigured`` for an unknown connection, or where neither side knows the SKU.
    """
    row = connection(tx, connection_key)
    offer = tx.execute(select(*facts.COLUMNS).where(Offer.connection_id == row.id, Offer.sku == sku)).one_or_none()
    item = tx.execute(
        select(ShelfItem).where(ShelfItem.store_pk == row.store_pk, ShelfItem.sku == sku)
    ).scalar_one_or_none()
    if offer is None and item is None:
        raise Misconfigured(
            f"Neither {connection_key} nor its shop knows the SKU {sku!r}.",
            way_out="SKUs are the same to the letter, upper and lower case too.",
        )
    known = scale.look(tx, connections, row.store_pk, [SimpleNamespace(sku=sku, connection_id=row.id)])
    result, again_at = _judged(sku, known, known.sides[row.id], now)
    cause, cause_words = _cause(tx, connections, row, offer, now)
    told, told_at = _told_of_theirs(tx, row, sku)
    lane, seen = tx.get(StockLane, row.id), queries.offer(tx, row.id, sku, now)
    found = Why(
        connection=row.key,
        store=row.store.key,
        sku=sku,
        wanted=result.quantity,
        because=str(result.because),
        available=result.available,
        steps=result.steps,
        again_at=again_at,
        cause=cause,
        cause_words=cause_words,
        offer=seen,
        theirs_told=told,
        theirs_told_at=told_at,
        shelf=None if item is None or item.observed_at == board.NEVER else _shelf(item, known),
        sales=_sales(tx, row.store_pk, sku),
        rules=_rules(tx, row, item, sku, now),
        growing=_growing(sku, item, known, known.sides[row.id], now),
        file=queries.file(tx, seen.push) if seen and seen.push else None,
        next_file_at=lane.next_at if lane else None,
        sides=queries.sides(tx, row.id, row.store_pk),
        sends=known.sides[row.id].policy.send,
        paused="stock" in row.paused,
    )
    return replace(found, sentences=tuple(sentences(found, now)))


def _judged(sku: str, known: Scale, side: Side, now: datetime) -> tuple[Wanted, datetime | None]:
    item = known.shelf.get(sku)
    if item is None or item.observed_at == board.NEVER:
        return Wanted(None, scale.UNSEEN, None, "", (("the shop has not been asked about it yet", None),)), None
    return scale.judge(sku, known, side, now)


def _cause(tx: Transaction, connections: Connections, row: Connection, offer: Any, now: datetime) -> tuple[str, str]:
    if offer is None:
        return str(Cause.WITHOUT_OFFER), "This marketplace has no offer of it: nothing is sent."
    (each,) = facts.beside(tx, connections, facts.ground(tx, connections, row.id), [offer], now)
    return str(each.cause), words(each.cause, each.facts)


def _told_of_theirs(tx: Transaction, row: Connection, sku: str) -> tuple[str, datetime | None]:
    """What was last told about the number the marketplace shows, and when that happened."""
    line = tx.execute(
        select(StockEvent)
        .where(
            StockEvent.store_pk == row.store_pk,
            StockEvent.sku == sku,
            StockEvent.connection_id == row.id,
            StockEvent.kind.in_(_ABOUT_THEIRS),
        )
        .order_by(StockEvent.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if line is None:
        return "", None
    said = {
        Told.ACCEPTED: f"it accepted {line.after} ({line.ref})",
        Told.SHOWN: f"its list showed {line.after}: {line.words}",
        Told.SOLD: f"it sold {line.after} ({line.ref})",
        Told.GIVEN_BACK: f"a sale of {line.after} ended without the goods: {line.words}",
        Told.REFUSED: f"it refused {line.after}: {line.words}",
        Told.UNKNOWN: f"a file with {line.after} was never answered",
    }
    return said[Told(line.kind)], line.at


def _shelf(item: ShelfItem, known: Scale) -> ShelfView:
    confirmed = max(item.observed_at, known.read_at) if known.read_at else item.observed_at
    return ShelfView(
        level=item.quantity,
        in_stock=item.in_stock,
        sellable=item.sellable,
        backorders=item.backorders,
        matches=item.matches,
        price=item.price,
        told_at=item.observed_at,
        confirmed_at=confirmed,
        doubted_at=item.look_at,
        categories=tuple(item.categories or ()),
        parts=tuple((part, pieces, scale.left_of(part, known)) for part, pieces in item.components or ()),
    )


def _sales(tx: Transaction, store_pk: int, sku: str) -> tuple[UnfeltSale, ...]:
    """Sold, alone or as a part of bundles, and not yet in the shop's number; the oldest first."""
    held = dict(bundles.holders(tx, store_pk, [sku]).get(sku, ()))
    rows = tx.execute(
        select(OrderLine, Order.order_id, Order.created_at, Connection.key)
        .join(Order, Order.id == OrderLine.order_pk)
        .join(Connection, Connection.id == Order.connection_id)
        .where(OrderLine.store_pk == store_pk, OrderLine.sku.in_([sku, *held]), OrderLine.unfelt)
        .order_by(Order.created_at, OrderLine.id)
    )
    return tuple(
        UnfeltSale(
            order_id=order_id,
            connection=key,
            pieces=line.quantity * (1 if line.sku == sku else held[line.sku]),
            sold_at=sold_at,
            felt_at=line.felt_at,
            bundle="" if line.sku == sku else line.sku,
        )
        for line, order_id, sold_at, key in rows
    )


def _rules(tx: Transaction, row: Connection, item: ShelfItem | None, sku: str, now: datetime) -> tuple[RuleView, ...]:
    """What people ruled for it and what has not ended; the strongest last, as weighing takes them."""
    about: Sequence[str] = (item.categories or ()) if item else ()
    rows = tx.execute(
        select(StockRule)
        .where(
            StockRule.store_pk == row.store_pk,
            or_(StockRule.connection_id.is_(None), StockRule.connection_id == row.id),
            or_(StockRule.until.is_(None), StockRule.until > now),
            or_(
                and_(StockRule.scope == SKU, StockRule.name == sku),
                and_(StockRule.scope == CATEGORY, StockRule.name.in_(list(about))),
            ),
        )
        .order_by(StockRule.id)
    ).scalars()
    found = sorted(rows, key=lambda rule: (rule.scope == SKU, rule.connection_id is not None))
    return tuple(
        RuleView(
            scope=rule.scope,
            name=rule.name,
            connection=row.key if rule.connection_id else "",
            says=_says(rule),
            until=rule.until,
            made_by=rule.made_by,
            why=rule.why,
        )
        for rule in found
    )


_SAYS = {
    "share": "{}% may be sold",
    "buffer": "{} kept back",
    "at_least": "fewer than {} are offered as none",
    "at_most": "never more than {} are shown",
    "fixed": "set to {}",
}


def _says(rule: StockRule) -> str:
    said = [text.format(value) for name, text in _SAYS.items() if (value := getattr(rule, name)) is not None]
    return ", ".join(said)


def _growing(sku: str, item: ShelfItem | None, known: Scale, side: Side, now: datetime) -> Growing | None:
    if item is None or not side.policy.buffer_grows:
        return None
    pieces, speed = scale.grown(sku, known, side, now), scale.speed_of(sku, known, now)
    costs = None if item.price is None else item.price * pieces
    return Growing(pieces, speed * 3600, scale.delay_of(side), side.delay is not None, costs)
