"""Process settings from the environment: one frozen value, read once at start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from mirakl_sync.errors import Misconfigured

PREFIX = "MIRAKL_SYNC_"


@dataclass(frozen=True, slots=True)
class Config:
    """How this process runs. What differs per connection is policy and lives in the database."""

    database_url: str
    broker_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    # longest a single call to another system may last; leases outlast it
    call_timeout: timedelta = timedelta(seconds=30)
    # a call's second chance is decided by others only after this
    lease_margin: timedelta = timedelta(seconds=15)
    sentry_dsn: str = ""
    environment: str = "production"
    log_format: str = "text"
    log_level: str = "INFO"
    # public address of the web process, for webhooks; empty: stores are only polled
    hooks_url: str = ""
    var: Path = Path("var")
    database_pool: int = 8
    # the web process and Flower: where they listen, and the password (user: operator) that lets them leave loopback
    web_bind: str = "127.0.0.1:8000"
    console_password: str = field(default="", repr=False)
    flower_bind: str = "127.0.0.1:5555"
    flower_password: str = field(default="", repr=False)
    # mail to people: the server with its password, and who it is from
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    # where people find the console, for links in messages
    console_url: str = ""

    @property
    def lease(self) -> timedelta:
        """How long a claimed row is ours: longer than any call."""
        return self.call_timeout + self.lease_margin


@dataclass(frozen=True, slots=True)
class _Setting:
    """One environment variable: where it goes, how it is read and what it means."""

    name: str
    attribute: str
    read: Callable[[str], Any]
    means: str


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


def _keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


SETTINGS = (
    _Setting("DATABASE_URL", "database_url", str, "where the rows live: sqlite:///… or postgresql+psycopg://…"),
    _Setting("BROKER_URL", "broker_url", str, "the Redis or Valkey that carries wake-ups: redis://…"),
    _Setting("SECRET_KEY", "secret_keys", _keys, "keys for secrets at rest, newest first, separated by commas"),
    _Setting("CALL_TIMEOUT", "call_timeout", _seconds, "longest a single call may last, in seconds"),
    _Setting("LEASE_MARGIN", "lease_margin", _seconds, "how much longer than a call a row stays claimed, in seconds"),
    _Setting("SENTRY_DSN", "sentry_dsn", str, "where errors are reported; empty switches it off"),
    _Setting("ENVIRONMENT", "environment", str, "production, staging …; shown in Sentry"),
    _Setting("LOG_FORMAT", "log_format", str, "text or json"),
    _Setting("LOG_LEVEL", "log_level", str, "DEBUG, INFO, WARNING …"),
    _Setting("HOOKS_URL", "hooks_url", str, "public address of the web process for webhooks; empty: polling only"),
    _Setting("VAR", "var", Path, "folder of the embedded database, broker and key"),
    _Setting("DATABASE_POOL", "database_pool", int, "database connections kept per process"),
    _Setting("WEB_BIND", "web_bind", str, "address and port of the web process: 127.0.0.1:8000"),
    _Setting("CONSOLE_PASSWORD", "console_password", str, "password of the console; without it: this machine only"),
    _Setting("FLOWER_BIND", "flower_bind", str, "address and port of Flower: 127.0.0.1:5555"),
    _Setting("FLOWER_PASSWORD", "flower_password", str, "password of Flower; without it: this machine only"),
    _Setting("SMTP_URL", "smtp_url", str, "mail server for messages: smtp://user:password@host:587 or smtps://…"),
    _Setting("MAIL_FROM", "mail_from", str, "sender of messages: an e-mail address"),
    _Setting("CONSOLE_URL", "console_url", str, "public address of the console, for links in messages"),
)


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings of this process. ``Misconfigured`` names the variable, what it means and what was found.

    Without database and broker addresses the embedded defaults under ``var`` are used, as ``mirakl-sync up`` starts
    them.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(PREFIX + setting.name, "").strip()
        if not text:
            continue
        try:
            values[setting.attribute] = setting.read(text)
        except ValueError as error:
            raise Misconfigured(
                f"{PREFIX}{setting.name} is {text!r}, which cannot be read.", way_out=f"It is {setting.means}."
            ) from error
    var = values.get("var", Path("var"))
    values.setdefault("database_url", f"sqlite:///{var / 'mirakl_sync.db'}")
    values.setdefault("broker_url", _kept(var / "broker-url") or "redis://127.0.0.1:6379/0")
    values.setdefault("secret_keys", _keys(_kept(var / "secret-key")))
    _refuse_nonsense(values)
    return Config(**values)


def _kept(path: Path) -> str:
    """What the embedded set-up wrote down, readable by its owner alone."""
    return path.read_text().strip() if path.is_file() else ""


def _refuse_nonsense(values: Mapping[str, Any]) -> None:
    if values.get("log_format", "text") not in ("text", "json"):
        raise Misconfigured(f"{PREFIX}LOG_FORMAT is {values['log_format']!r}.", way_out="It is text or json.")
    if not values["database_url"].startswith(("sqlite:///", "postgresql+psycopg://")):
        raise Misconfigured(
            f"{PREFIX}DATABASE_URL names a database we do not know.",
            way_out="Use sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name.",
        )
    if values.get("call_timeout", timedelta(seconds=1)) <= timedelta(0):
        raise Misconfigured(f"{PREFIX}CALL_TIMEOUT must be more than 0 seconds.")
