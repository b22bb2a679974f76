"""The connections file: what somebody wants the marketplaces, stores and connections to be, secrets looked up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mirakl_sync.connections.people import WantedRoute, read_route
from mirakl_sync.connections.schemas import ConnectionSchema, FileSchema, MarketplaceSchema, StoreSchema
from mirakl_sync.db import secrets
from mirakl_sync.errors import Misconfigured
from mirakl_sync.mirakl.limits import Profile, operations
from mirakl_sync.platforms.contract import PlatformSpec
from mirakl_sync.platforms.registry import platform
from mirakl_sync.policy.model import Policy
from mirakl_sync.policy.presets import with_preset
from mirakl_sync.policy.schema import load, read_policy, read_window
from mirakl_sync.profiles.known import profile

_RULES = ("window", "call_limits", "tax_mode", "locale", "pages_count")


@dataclass(frozen=True, slots=True)
class WantedMarketplace:
    """A marketplace as the file describes it; ``rules`` with those of its profile underneath."""

    key: str
    name: str
    url: str
    profile: str
    caller: Profile
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WantedStore:
    """A store as the file describes it."""

    key: str
    platform: str
    url: str
    credentials: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """A connection as the file describes it. ``orders_from`` and ``paused`` None: left as they are."""

    key: str
    marketplace: str
    shop_id: str
    api_key: str = field(repr=False)
    store: str
    policy: Policy
    orders_from: datetime | None = None
    paused: tuple[str, ...] | None = None
    # the planner beside the store; empty: none
    planner: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything a file describes."""

    marketplaces: tuple[WantedMarketplace, ...] = ()
    stores: tuple[WantedStore, ...] = ()
    connections: tuple[WantedConnection, ...] = ()
    people: tuple[WantedRoute, ...] = ()


def load_file(path: Path, environ: Mapping[str, str]) -> Wanted:
    """Read a connections file. ``Misconfigured`` names the table, the key, what came and what is allowed."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}.", way_out="Name an existing file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path.name} is not TOML: {error}.", way_out="Mend the line it names.") from error
    return read_wanted(content, environ)


def read_wanted(content: Mapping[str, Any], environ: Mapping[str, str]) -> Wanted:
    """The same from parsed TOML."""
    tables = load(FileSchema(), content, "the file")

    def looked_up(text: str, what: str) -> str:
        return secret(text, what, environ)

    return Wanted(
        tuple(_marketplace(key, table) for key, table in tables.get("marketplace", {}).items()),
        tuple(_store(key, table, environ) for key, table in tables.get("store", {}).items()),
        tuple(_connection(key, table, environ) for key, table in tables.get("connection", {}).items()),
        tuple(read_route(key, table, looked_up) for key, table in tables.get("people", {}).items()),
    )


def secret(text: str, what: str, environ: Mapping[str, str]) -> str:
    """The secret behind ``env:NAME`` or ``fernet:TOKEN``. ``Misconfigured`` for plain text, which is not shown."""
    kind, _, rest = text.partition(":")
    if kind == "env" and rest:
        value = environ.get(rest, "").strip()
        if not value:
            raise Misconfigured(
                f"{what} shall come from the environment variable {rest}, which is not set.", way_out=f"Set {rest}."
            )
        return value
    if kind == "fernet" and rest:
        return secrets.decrypt(rest)
    raise Misconfigured(
        f"{what} stands in the file as plain text.",
        way_out='Write "env:NAME" to take it from the environment, or "fernet:…" as `mirakl-sync secret encrypt` '
        "prints it.",
    )


def _marketplace(key: str, table: Any) -> WantedMarketplace:
    said = load(MarketplaceSchema(), table, f"marketplace.{key}")
    known = profile(said["profile"]) if said.get("profile") else None
    own = {name: said[name] for name in _RULES if name in said}
    wanted = WantedMarketplace(
        key=key,
        name=said.get("name") or (known.name if known else ""),
        url=said["url"],
        profile=said.get("profile", ""),
        caller=said.get("caller", "default"),
        rules={**(known.rules if known else {}), **own},
    )
    _refuse_rules(wanted)
    return wanted


@contextmanager
def _within(table: str) -> Iterator[None]:
    """Errors of what is read inside say which table of the file they mean."""
    try:
        yield
    except Misconfigured as error:
        raise Misconfigured(f"{table}: {error.words}", way_out=error.way_out) from error


def _refuse_rules(wanted: WantedMarketplace) -> None:
    with _within(f"marketplace.{wanted.key}"):
        read_window(wanted.rules.get("window"))
    try:
        operations("default", wanted.rules.get("call_limits"))
    except ValueError as error:
        raise Misconfigured(
            f"marketplace.{wanted.key}.call_limits: {error}.",
            way_out=f"Known are {', '.join(sorted(operations()))}.",
        ) from error


def _store(key: str, table: Any, environ: Mapping[str, str]) -> WantedStore:
    said = load(StoreSchema(), table, f"store.{key}")
    spec = platform(said["platform"])
    _refuse_names(key, said["credentials"], spec)
    credentials = {
        name: secret(text, f"store.{key}.credentials.{name}", environ) for name, text in said["credentials"].items()
    }
    return WantedStore(key, said["platform"], said["url"], credentials, said.get("settings", {}))


def _refuse_names(key: str, credentials: Mapping[str, str], spec: PlatformSpec) -> None:
    known = {**spec.credentials, **spec.optional_credentials}
    for name in sorted(set(credentials) - set(known)):
        raise Misconfigured(
            f"store.{key}.credentials.{name} is not known to {spec.label}.",
            way_out=" ".join(f"{each}: {sentence}" for each, sentence in known.items()),
        )
    for name in spec.credentials:
        if name not in credentials:
            raise Misconfigured(f"store.{key}.credentials lacks {name}.", way_out=f"{name}: {spec.credentials[name]}")


def _connection(key: str, table: Any, environ: Mapping[str, str]) -> WantedConnection:
    said = load(ConnectionSchema(), table, f"connection.{key}")
    with _within(f"connection.{key}"):
        orders = with_preset(said.get("preset", ""), said.get("orders", {}))
        policy = read_policy({"orders": orders, **{part: said.get(part, {}) for part in ("shipments", "stock")}})
    return WantedConnection(
        key=key,
        marketplace=said["marketplace"],
        shop_id=said["shop"],
        api_key=secret(said["api_key"], f"connection.{key}.api_key", environ),
        store=said["store"],
        policy=policy,
        orders_from=said.get("orders_from"),
        paused=tuple(said["paused"]) if "paused" in said else None,
        planner=said.get("planner", ""),
    )
