"""People's rules for a SKU or a category: a share, a buffer, bounds, a number; for a time or for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, or_, select, update

from mirakl_sync.connections.difference import by_key
from mirakl_sync.db.models import Connection, Offer, ShelfItem, StockRule, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.shelf import story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import acts
from mirakl_sync.stock.limits import CATEGORY, SKU

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule says; None says nothing. ``share`` is in percent, the others are pieces."""

    share: int | None = None
    buffer: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    fixed: int | None = None

    @property
    def said(self) -> Mapping[str, int]:
        """Only what it says."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in a list. ``connection`` is empty where it holds for every one of the store."""

    id: int
    store: str
    connection: str
    scope: str
    name: str
    says: Mapping[str, int]
    until: datetime | None
    made_by: str
    made_at: datetime
    why: str


def rule(
    tx: Transaction,
    key: str,
    scope: str,
    name: str,
    says: Ruled,
    *,
    who: str,
    why: str,
    now: datetime,
    until: datetime | None = None,
) -> int:
    """Write a rule for a SKU or category; answers its number. ``key``: one connection, or every one of a store.

    It takes the place of one about the same fields that is for a time as well, or for good as well: a rule for a time
    lets the one for good come back. ``Refused`` for what cannot be meant.
    """
    _sensible(says, until, now)
    row = by_key(tx, Connection, key)
    store = row.store if row is not None else acts.store(tx, key)
    _known(tx, store, scope, name)
    made = _same(tx, store.id, row.id if row is not None else None, scope, name, says, until, now)
    if made is None:
        made = StockRule(store_pk=store.id, connection_id=row.id if row is not None else None, scope=scope, name=name)
        tx.add(made)
    for field, value in asdict(says).items():
        setattr(made, field, value)
    made.until, made.made_by, made.made_at, made.why = until, who[:80], now, why
    tx.flush()
    _felt(tx, made, who, now, f"{_spoken(says)}{_until(until)}{f': {why}' if why else ''}")
    return made.id


def end(tx: Transaction, number: int, who: str, now: datetime) -> str:
    """End a rule; what held before it holds again. Answers it in words. ``Refused`` where there is none in force."""
    row = tx.get(StockRule, number, with_for_update=True)
    if row is None or (row.until is not None and row.until <= now):
        raise Refused(f"There is no rule {number} in force.", way_out="`mirakl-sync stock rules` shows them.")
    said = _spoken(_says(row))
    row.until = now
    tx.flush()
    _felt(tx, row, who, now, f"no longer {said}")
    return f"{row.name}: no longer {said}"


def end_zero(tx: Transaction, key: str, sku: str, who: str, now: datetime) -> bool:
    """End every rule that takes a SKU off sale there; False when none does."""
    one = by_key(tx, Connection, key)
    store = one.store if one is not None else acts.store(tx, key)
    rules = tx.execute(
        select(StockRule.id).where(
            StockRule.store_pk == store.id,
            StockRule.connection_id.is_(None) if one is None else StockRule.connection_id == one.id,
            StockRule.scope == SKU,
            StockRule.name == sku,
            StockRule.fixed == 0,
            _in_force(now),
        )
    ).scalars()
    ended = [end(tx, number, who, now) for number in list(rules)]
    return bool(ended)


def rules(tx: Transaction, key: str, now: datetime, name: str = "") -> list[RuleRow]:
    """The rules in force that concern a connection or a store, or all of them; by SKU or category."""
    chosen: list[ColumnElement[bool]] = [_in_force(now)]
    if key:
        row = by_key(tx, Connection, key)
        chosen.append(StockRule.store_pk == acts.store(tx, key).id)
        if row is not None:
            chosen.append(or_(StockRule.connection_id.is_(None), StockRule.connection_id == row.id))
    if name:
        chosen.append(StockRule.name == name)
    found = tx.execute(
        select(StockRule, Store.key, Connection.key)
        .join(Store, Store.id == StockRule.store_pk)
        .outerjoin(Connection, Connection.id == StockRule.connection_id)
        .where(*chosen)
        .order_by(StockRule.scope, StockRule.name, StockRule.id)
    )
    return [
        RuleRow(
            id=made.id,
            store=store,
            connection=connection or "",
            scope=made.scope,
            name=made.name,
            says=_says(made).said,
            until=made.until,
            made_by=made.made_by,
            made_at=made.made_at,
            why=made.why,
        )
        for made, store, connection in found
    ]


def _in_force(now: datetime) -> ColumnElement[bool]:
    return or_(StockRule.until.is_(None), StockRule.until > now)


def _sensible(says: Ruled, until: datetime | None, now: datetime) -> None:
    said = says.said
    if not said:
        raise Refused("The rule says nothing.", way_out="Give a share, a buffer, a bound, or a fixed number.")
    if any(value < 0 for value in said.values()) or said.get("share", 0) > 100:
        raise Refused(
            f"There cannot be {_spoken(says)}.", way_out="Pieces are whole numbers from 0 on, a share at most 100%."
        )
    if "fixed" in said and len(said) > 1:
        raise Refused(
            "A fixed number takes the place of shares, buffers and bounds.", way_out="Give the fixed number alone."
        )
    if says.at_most is not None and says.at_least is not None and says.at_most < says.at_least:
        raise Refused(
            f"At least {says.at_least} and at most {says.at_most} leaves nothing to show.",
            way_out="To take it off sale: --fixed 0.",
        )
    if until is not None and until <= now:
        raise Refused(f"{until:%Y-%m-%d %H:%M} UTC is over.", way_out="Say a time from now on.")


def _known(tx: Transaction, store: Store, scope: str, name: str) -> None:
    """A rule for a SKU or category that nobody has would never do anything."""
    if scope not in (SKU, CATEGORY) or not 0 < len(name) <= _LONGEST_NAME:
        raise Refused(f"A rule is for a SKU or a category, not for {name!r}.")
    if scope == SKU:
        shelf = select(ShelfItem.id).where(ShelfItem.store_pk == store.id, ShelfItem.sku == name, ShelfItem.matches > 0)
        offer = select(Offer.id).where(
            Offer.connection_id.in_(select(Connection.id).where(Connection.store_pk == store.id)), Offer.sku == name
        )
        if tx.execute(shelf).first() or tx.execute(offer.limit(1)).first():
            return
        raise Refused(
            f"Neither {store.key} nor a marketplace knows the SKU {name!r}.",
            way_out="`mirakl-sync stock offers CONNECTION --text PART` finds SKUs as the marketplace spells them.",
        )
    if tx.execute(select(ShelfItem.id).where(ShelfItem.store_pk == store.id, _within(name)).limit(1)).first() is None:
        raise Refused(
            f"{store.key} told of no SKU in a category {name!r}.",
            way_out="Spell it as the shop does; `mirakl-sync stock why CONNECTION SKU` shows a SKU's categories.",
        )


def _within(category: str) -> ColumnElement[bool]:
    """SKUs of a category: a list kept as JSON, whose texts either database may have spelled in one of two ways."""
    kept = cast(ShelfItem.categories, Text)
    spelled = {json.dumps(category), json.dumps(category, ensure_ascii=False)}
    return or_(*(kept.contains(each, autoescape=True) for each in sorted(spelled)))


def _same(
    tx: Transaction,
    store_pk: int,
    connection_id: int | None,
    scope: str,
    name: str,
    says: Ruled,
    until: datetime | None,
    now: datetime,
) -> StockRule | None:
    """The rule in force that this one takes the place of."""
    rows = tx.execute(
        select(StockRule)
        .where(
            StockRule.store_pk == store_pk,
            StockRule.connection_id.is_(None) if connection_id is None else StockRule.connection_id == connection_id,
            StockRule.scope == scope,
            StockRule.name == name,
            _in_force(now),
        )
        .order_by(StockRule.id)
        .with_for_update()
    ).scalars()
    same = [
        row for row in rows if _says(row).said.keys() == says.said.keys() and (row.until is None) == (until is None)
    ]
    return same[-1] if same else None


def _says(row: StockRule) -> Ruled:
    return Ruled(row.share, row.buffer, row.at_least, row.at_most, row.fixed)


def _felt(tx: Transaction, row: StockRule, who: str, now: datetime, words: str) -> None:
    """Weigh what the rule is about, and write it down."""
    joined = select(Connection).where(Connection.store_pk == row.store_pk).order_by(Connection.key)
    if row.connection_id is not None:
        joined = joined.where(Connection.id == row.connection_id)
    rows = list(tx.execute(joined).unique().scalars())
    chosen: list[ColumnElement[bool]] = [Offer.connection_id.in_([each.id for each in rows])]
    if row.scope == SKU:
        chosen.append(Offer.sku == row.name)
        told = f"{words} ({who})"
        line = story.line(
            row.store_pk, row.name, Told.RULE, now, now, connection_id=row.connection_id, ref=who, words=told
        )
        story.write(tx, [line])
    else:
        inside = select(ShelfItem.sku).where(ShelfItem.store_pk == row.store_pk, _within(row.name))
        chosen.append(Offer.sku.in_(inside))
    tx.execute(
        update(Offer).where(*chosen).values(touched_at=acts.touched(now)).execution_options(synchronize_session=False)
    )
    what = row.name if row.scope == SKU else f"category {row.name}"
    for each in rows:
        acts.note(tx, each, who, now, f"{what}: {words}")


def _spoken(says: Ruled) -> str:
    spoken = {
        "share": "a share of {}%",
        "buffer": "{} kept back",
        "at_least": "fewer than {} offered as none",
        "at_most": "at most {} shown",
        "fixed": "set to {}",
    }
    if says.fixed == 0:
        return "off sale"
    return ", ".join(spoken[name].format(value) for name, value in says.said.items())


def _until(until: datetime | None) -> str:
    return f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
