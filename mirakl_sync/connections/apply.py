"""Make a connections file true: only what differs, never a deletion, with the name of who did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from mirakl_sync.connections import fitting
from mirakl_sync.connections.difference import Change, Keyed, by_key, difference
from mirakl_sync.connections.file import Wanted, WantedConnection, WantedMarketplace, WantedStore
from mirakl_sync.connections.pausing import lift
from mirakl_sync.connections.people import WantedRoute
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import (
    Connection,
    Marketplace,
    Offer,
    Order,
    PolicyChange,
    PolicyVersion,
    Route,
    Shop,
    Store,
    TimelineEntry,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.orders import states
from mirakl_sync.platforms.registry import platform
from mirakl_sync.policy.model import Policy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.shelf import offers


def apply(tx: Transaction, wanted: Wanted, who: str, now: datetime) -> list[Change]:
    """Write what differs and answer it; nothing the second time.

    ``Misconfigured``, with nothing written, when something named does not exist or a policy does not fit.
    """
    changes = difference(tx, wanted)
    if not changes:
        return []
    for marketplace in wanted.marketplaces:
        _marketplace(tx, marketplace)
    for store in wanted.stores:
        _store(tx, store)
    tx.flush()
    before = {row.id: row for row in tx.execute(select(Connection.id, Connection.policy_id, Connection.store_pk))}
    rows = [_connection(tx, connection, now) for connection in wanted.connections]
    tx.flush()
    touched = _touched(tx, changes, rows)
    fitting.refuse_what_does_not_fit(touched)
    for route in wanted.people:
        _route(tx, route, [change.words for change in changes if change.subject == f"people {route.role}"], who, now)
    for row in touched:
        mine = [str(change) for change in changes if change.subject in _subjects(row)]
        tx.add(PolicyChange(connection_id=row.id, at=now, who=who, difference=mine))
        lift(tx, row, now, f"{who} applied a changed file")
        _weigh_again(tx, row, before.get(row.id), now)
    return changes


def _weigh_again(tx: Transaction, row: Connection, before: Any, now: datetime) -> None:
    """Another policy, or another shelf: what the marketplace should show may be another number now."""
    if before is None or (before.policy_id, before.store_pk) == (row.policy_id, row.store_pk):
        return
    if before.store_pk != row.store_pk:
        tx.execute(update(Offer).where(Offer.connection_id == row.id).values(store_pk=row.store_pk))
    offers.touch_all(tx, now, connection_id=row.id)


def keep_policy(tx: Transaction, policy: Policy) -> PolicyVersion:
    """The stored version of a policy; equal policies share one row."""
    content = write_policy(policy)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    insert_once(tx, PolicyVersion, {"digest": digest, "content": content})
    return tx.execute(select(PolicyVersion).where(PolicyVersion.digest == digest)).scalar_one()


def _subjects(row: Connection) -> set[str]:
    return {f"connection {row.key}", f"store {row.store.key}", f"marketplace {row.shop.marketplace.key}"}


def _touched(tx: Transaction, changes: Sequence[Change], named: Iterable[Connection]) -> list[Connection]:
    """The connections something changed for, named in the file or not: their store or marketplace may be."""
    subjects = {change.subject for change in changes}
    every = {row.id: row for row in tx.execute(select(Connection)).unique().scalars()} | {row.id: row for row in named}
    return [row for row in every.values() if _subjects(row) & subjects]


def _marketplace(tx: Transaction, wanted: WantedMarketplace) -> None:
    row = by_key(tx, Marketplace, wanted.key)
    if row is None:
        row = Marketplace(key=wanted.key)
        tx.add(row)
    row.name, row.url, row.profile, row.caller = wanted.name, wanted.url, wanted.profile, wanted.caller
    row.rules = dict(wanted.rules)


def _store(tx: Transaction, wanted: WantedStore) -> None:
    row = by_key(tx, Store, wanted.key)
    if row is None:
        row = Store(key=wanted.key)
        tx.add(row)
    elif row.platform != wanted.platform:
        raise Misconfigured(
            f"Store {wanted.key} is on {row.platform}; it cannot become one on {wanted.platform}.",
            way_out="Describe a store of its own for the other platform.",
        )
    row.platform, row.url, row.settings = wanted.platform, wanted.url, dict(wanted.settings)
    if row.credentials != dict(wanted.credentials):
        row.credentials = dict(wanted.credentials)
    fitting.refuse_impossible_settings(row)


def _connection(tx: Transaction, wanted: WantedConnection, now: datetime) -> Connection:
    marketplace = _named(tx, Marketplace, wanted.marketplace, f"connection.{wanted.key}.marketplace")
    store = _named(tx, Store, wanted.store, f"connection.{wanted.key}.store")
    row = by_key(tx, Connection, wanted.key)
    planner_pk = _planner(tx, wanted)
    shop, policy = _shop(tx, wanted, marketplace, row), keep_policy(tx, wanted.policy)
    if row is None:
        row = Connection(key=wanted.key, orders_from=wanted.orders_from or now, paused=[])
        tx.add(row)
    elif row.store_pk != store.id:
        _refuse_moving_open_orders(tx, row, store)
    row.shop, row.store = shop, store
    row.policy_version, row.planner_pk = policy, planner_pk
    row.orders_from = wanted.orders_from or row.orders_from
    row.paused = row.paused if wanted.paused is None else list(wanted.paused)
    return row


def _planner(tx: Transaction, wanted: WantedConnection) -> int | None:
    if not wanted.planner:
        return None
    where = f"connection.{wanted.key}.planner"
    store: Store = _named(tx, Store, wanted.planner, where)
    if platform(store.platform).plan is None:
        raise Misconfigured(
            f"{where} is {store.key!r}, a {store.platform}, which is no planner.",
            way_out="Name a store of a kind that plans, such as inventory_planner.",
        )
    return store.id


def _route(tx: Transaction, wanted: WantedRoute, words: Sequence[str], who: str, now: datetime) -> None:
    if not words:
        return
    row = tx.execute(select(Route).where(Route.role == wanted.role)).scalar_one_or_none()
    if row is None:
        row = Route(role=wanted.role)
        tx.add(row)
    row.email, row.webhook, row.timezone = list(wanted.email), {"url": wanted.webhook}, wanted.timezone
    row.quiet, row.digest = wanted.quiet, list(wanted.digest)
    row.escalate_after_seconds, row.escalate_to = wanted.escalate_after.total_seconds(), wanted.escalate_to
    tx.flush()
    story = {"subject": "people", "subject_id": row.id, "at": now, "who": who}
    tx.add(TimelineEntry(**story, sentence="; ".join(words)))


def _named(tx: Transaction, model: type[Keyed], key: str, where: str) -> Keyed:
    row = by_key(tx, model, key)
    if row is None:
        known = tx.execute(select(model.key).order_by(model.key)).scalars().all()
        table = "marketplace" if model is Marketplace else "store"
        raise Misconfigured(
            f"{where} is {key!r}, which is described nowhere.",
            way_out=f"Add [{table}.{key}] to the file" + (f", or name one of {', '.join(known)}." if known else "."),
        )
    return row


def _shop(tx: Transaction, wanted: WantedConnection, marketplace: Marketplace, row: Connection | None) -> Shop:
    if row is not None and (row.shop.marketplace_id, row.shop.shop_id) != (marketplace.id, wanted.shop_id):
        raise Misconfigured(
            f"Connection {wanted.key} joins shop {row.shop.shop_id} of {row.shop.marketplace.key}; its orders belong "
            "there.",
            way_out=f"Describe a connection of its own for shop {wanted.shop_id} of {wanted.marketplace}.",
        )
    shop = (
        tx.execute(select(Shop).where(Shop.marketplace_id == marketplace.id, Shop.shop_id == wanted.shop_id))
        .unique()
        .scalar_one_or_none()
    )
    if shop is None:
        shop = Shop(marketplace=marketplace, shop_id=wanted.shop_id)
        tx.add(shop)
    elif row is None:
        _refuse_second(tx, shop, wanted)
    if shop.credentials != {"api_key": wanted.api_key}:
        shop.credentials = {"api_key": wanted.api_key}
    return shop


def _refuse_second(tx: Transaction, shop: Shop, wanted: WantedConnection) -> None:
    other = tx.execute(select(Connection.key).where(Connection.shop_pk == shop.id)).scalar_one_or_none()
    if other is not None:
        raise Misconfigured(
            f"Shop {wanted.shop_id} of {wanted.marketplace} is joined by connection {other}; a second one would place "
            "its orders twice.",
            way_out=f"Change connection {other} instead.",
        )


def _refuse_moving_open_orders(tx: Transaction, row: Connection, store: Store) -> None:
    open_order = select(Order.order_id).where(Order.connection_id == row.id, Order.state.not_in(states.FINAL)).limit(1)
    if tx.execute(open_order).first():
        raise Misconfigured(
            f"Connection {row.key} has open orders in store {row.store.key}; it cannot move to {store.key} now.",
            way_out="Let its orders be finished first, or pause it and take them over by hand (`orders unmanage`).",
        )
