"""The fit of a stored connection: its rows turned into what ``policy.fit`` asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import object_session

from mirakl_sync import clock
from mirakl_sync.db.models import Connection, Marketplace, Store
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.mirakl.limits import operations
from mirakl_sync.platforms.contract import PlatformSpec, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.policy.fit import Terms, blocking, fit
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.policy.schema import read_policy, read_window
from mirakl_sync.policy.stock_fit import source_of_truth
from mirakl_sync.policy.together import together
from mirakl_sync.profiles.known import profiles
from mirakl_sync.records.shop import Finding


def fit_of(row: Connection, store_findings: Sequence[Finding] = ()) -> list[Finding]:
    """What stands against this connection's policy."""
    policy = read_policy(row.policy_version.content)
    side = replace(terms(row.shop.marketplace), beside=_beside(row))
    return fit(policy, _as_set(row.store), side, store_findings)


def together_of(row: Connection) -> list[Finding]:
    """What this store and this marketplace can and cannot do together."""
    market, spec = row.shop.marketplace, _as_set(row.store)
    policy = read_policy(row.policy_version.content)
    return together(policy, spec.label, spec.capabilities, market.name or market.key, market.facts or {})


def _as_set(store: Store) -> PlatformSpec:
    """The platform as this store's settings make it."""
    spec = platform(store.platform)
    return replace(spec, capabilities=spec.capabilities_with(store.settings))


def truth_of(row: Connection) -> Finding:
    """Whose word about stock counts between this connection's two sides."""
    market = row.shop.marketplace
    return source_of_truth(read_policy(row.policy_version.content).stock, row.store.key, market.name or market.key)


def _beside(row: Connection) -> dict[str, StockPolicy]:
    """What the other connections of the same store may sell of its shelf."""
    session = object_session(row)
    others = session.execute(select(Connection).where(Connection.store_pk == row.store_pk)) if session else None
    rows = others.unique().scalars() if others else ()
    return {each.key: read_policy(each.policy_version.content).stock for each in rows if each.key != row.key}


def terms(market: Marketplace) -> Terms:
    """The marketplace's side."""
    known = profiles().get(market.profile)
    allowed = operations(market.caller, market.rules.get("call_limits"))
    asks, files = allowed["OR11"], allowed["STO01"]
    return Terms(
        name=market.name or market.key,
        window=read_window(market.rules.get("window"), facts=market.facts),
        facts=market.facts or {},
        accepts_by_itself=known is not None and known.accepts_by_itself,
        ask_every=timedelta(seconds=asks.seconds / asks.times if asks.times else 0),
        caller=market.caller,
        files_every=timedelta(seconds=files.seconds / files.times if files.times else 0),
    )


def refuse_what_does_not_fit(rows: Iterable[Connection]) -> None:
    """``Misconfigured`` with every blocking finding, so that a connection that cannot work is never switched on."""
    wrong = [(row.key, finding) for row in rows for finding in blocking(fit_of(row))]
    if wrong:
        raise Misconfigured(
            " ".join(f"Connection {key} does not fit: {finding.sentence}" for key, finding in wrong),
            way_out=" ".join(dict.fromkeys(finding.way_out for _, finding in wrong)),
        )


def refuse_impossible_settings(store: Store) -> None:
    """``Misconfigured`` for settings or credentials the platform cannot work with. No call is made."""
    access = StoreAccess(store.key, store.url, store.credentials, store.settings)
    spec = platform(store.platform)
    opens = spec.connect or spec.plan
    try:
        if opens is not None:
            opens(access, _nowhere, clock.now)
    except Misconfigured as error:
        raise Misconfigured(f"store.{store.key}: {error.words}", way_out=error.way_out) from error


class _Nowhere:
    """A line that is never connected: opening a store to judge its settings calls nobody."""

    def call(self, operation: Operation, method: str, path: str, **more: Any) -> Answer:
        """Nobody is there."""
        del more
        raise Unavailable(f"{operation.code} {method} {path}: settings are judged without calling the shop")

    def download(self, operation: Operation, url: str, to: BinaryIO, **more: Any) -> Answer:
        """Nobody is there."""
        del to
        return self.call(operation, "GET", url, **more)


def _nowhere(base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> _Nowhere:
    del base_url, auth, interpret, parallel
    return _Nowhere()
