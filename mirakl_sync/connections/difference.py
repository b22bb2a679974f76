"""What applying a file would change, line by line: old → new, secrets only as "changed"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from mirakl_sync.connections.file import Wanted, WantedConnection, WantedMarketplace, WantedStore
from mirakl_sync.connections.people import WantedRoute, shown_of
from mirakl_sync.db.models import Connection, Marketplace, Route, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.policy.model import Policy
from mirakl_sync.policy.schema import read_policy, write_policy

Keyed = TypeVar("Keyed", Marketplace, Store, Connection)


@dataclass(frozen=True, slots=True)
class Change:
    """One line: ``subject`` is "marketplace acme"."""

    subject: str
    words: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}"


def difference(tx: Transaction, wanted: Wanted) -> list[Change]:
    """Every line that would change; empty when the file is already true."""
    return [
        *(change for each in wanted.marketplaces for change in _marketplace(tx, each)),
        *(change for each in wanted.stores for change in _store(tx, each)),
        *(change for each in wanted.connections for change in _connection(tx, each)),
        *(change for each in wanted.people for change in _route(tx, each)),
    ]


def unmentioned(tx: Transaction, wanted: Wanted) -> list[str]:
    """What exists but is not in the file; it is left as it is, never deleted."""
    tables = (
        ("marketplace", Marketplace, wanted.marketplaces),
        ("store", Store, wanted.stores),
        ("connection", Connection, wanted.connections),
    )
    found: list[str] = []
    for name, model, mentioned in tables:
        keys = {each.key for each in mentioned}
        rows = tx.execute(select(model.key).order_by(model.key)).scalars()
        found.extend(f"{name} {key}" for key in rows if key not in keys)
    told = {each.role for each in wanted.people}
    roles = tx.execute(select(Route.role).order_by(Route.role)).scalars()
    return [*found, *(f"people {role}" for role in roles if role not in told)]


def by_key(tx: Transaction, model: type[Keyed], key: str) -> Keyed | None:
    """The row of this key, or None."""
    return tx.execute(select(model).where(model.key == key)).unique().scalar_one_or_none()


def existing(tx: Transaction, model: type[Keyed], key: str) -> Keyed:
    """The row of this key, which is known to exist: rows with a key are never deleted."""
    return tx.execute(select(model).where(model.key == key)).unique().scalar_one()


def _marketplace(tx: Transaction, wanted: WantedMarketplace) -> Iterator[Change]:
    row = by_key(tx, Marketplace, wanted.key)
    yield from _changes(
        f"marketplace {wanted.key}", _plain(row, "name", "url", "profile", "caller", "rules"), _wanted(wanted)
    )


def _store(tx: Transaction, wanted: WantedStore) -> Iterator[Change]:
    row = by_key(tx, Store, wanted.key)
    subject = f"store {wanted.key}"
    yield from _changes(subject, _plain(row, "platform", "url", "settings"), _wanted(wanted))
    old = row.credentials if row else {}
    for name in sorted({*old, *wanted.credentials}):
        yield from _secret(subject, f"credentials.{name}", old.get(name), wanted.credentials.get(name))


def _connection(tx: Transaction, wanted: WantedConnection) -> Iterator[Change]:
    row = by_key(tx, Connection, wanted.key)
    subject = f"connection {wanted.key}"
    new: dict[str, Any] = {"marketplace": wanted.marketplace, "shop": wanted.shop_id, "store": wanted.store}
    planner = tx.get(Store, row.planner_pk) if row is not None and row.planner_pk is not None else None
    if wanted.planner or planner is not None:
        new["planner"] = wanted.planner
    if wanted.orders_from is not None:
        new["orders_from"] = wanted.orders_from.isoformat()
    if wanted.paused is not None:
        new["paused"] = list(wanted.paused)
    old = None if row is None else {name: said for name, said in _as_it_is(row, planner).items() if name in new}
    yield from _changes(subject, old, new)
    yield from _secret(subject, "api_key", row.shop.credentials.get("api_key") if row else None, wanted.api_key)
    before = write_policy(read_policy(row.policy_version.content) if row else Policy())
    yield from _changes(subject, before, write_policy(wanted.policy))


def _as_it_is(row: Connection, planner: Store | None) -> dict[str, Any]:
    return {
        "marketplace": row.shop.marketplace.key,
        "shop": row.shop.shop_id,
        "store": row.store.key,
        "planner": planner.key if planner else "",
        "orders_from": row.orders_from.isoformat(),
        "paused": row.paused,
    }


def _route(tx: Transaction, wanted: WantedRoute) -> Iterator[Change]:
    row = tx.execute(select(Route).where(Route.role == wanted.role)).scalar_one_or_none()
    subject = f"people {wanted.role}"
    yield from _changes(subject, shown_of(row) if row else None, wanted.shown)
    yield from _secret(subject, "webhook", (row.webhook.get("url") if row else None) or "", wanted.webhook)


def _wanted(wanted: WantedMarketplace | WantedStore) -> dict[str, Any]:
    secret = {"key", "credentials"}
    return {name: getattr(wanted, name) for name in wanted.__slots__ if name not in secret}


def _plain(row: Any, *names: str) -> dict[str, Any] | None:
    return None if row is None else {name: getattr(row, name) for name in names}


def _changes(subject: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[Change]:
    """One line per key that differs; a new thing is said to be new, with what is not empty."""
    if old is None:
        yield Change(subject, "new")
    before, after = dict(_flat(old or {})), dict(_flat(new))
    for name in sorted({*before, *after}):
        was, shall = before.get(name), after.get(name)
        if was == shall or (old is None and shall in ("", [], {})):
            continue
        yield Change(subject, f"{name} = {_said(shall)}" if old is None else f"{name}: {_said(was)} → {_said(shall)}")


def _secret(subject: str, name: str, old: str | None, new: str | None) -> Iterator[Change]:
    if old != new:
        yield Change(subject, f"{name}: {'set' if not old else 'changed' if new else 'removed'}")


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _said(value: Any) -> str:
    if value is None or value in ("", {}):
        return "(nothing)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
