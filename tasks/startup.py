"""What happens when a Celery process starts and stops: checks, logging, error reports, names, connections returned."""

from __future__ import annotations

from typing import Any

from celery import signals
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from mirakl_sync import error_reports
from mirakl_sync import log as logs
from mirakl_sync.config import Config
from mirakl_sync.db import secrets
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Misconfigured


def attach(config: Config) -> None:
    """Connect this module to Celery's signals, once per process and configuration."""

    process = "beat"

    def set_up_logging(**_: Any) -> None:
        logs.configure(config.log_format, config.log_level, process=process)

    def worker_starts(sender: str, conf: Any, **_: Any) -> None:
        nonlocal process
        process = sender
        _name_connections(conf, sender)
        _start(config, process=sender)

    def beat_starts(sender: Any, **_: Any) -> None:
        _name_connections(sender.app.conf, "beat")
        _start(config, process="beat")

    for signal, receiver in (
        (signals.setup_logging, set_up_logging),
        (signals.celeryd_init, worker_starts),
        (signals.beat_init, beat_starts),
    ):
        signal.connect(receiver, weak=False, dispatch_uid=f"mirakl_sync.{receiver.__name__}")


def refuse_half_configured(config: Config) -> None:
    """``Misconfigured`` in one sentence when this process could only do harm: no key, no database, no tables."""
    secrets.use_keys(list(config.secret_keys))
    secrets.encrypt("the key works")
    db = Database(config.database_url, pool_size=1)
    try:
        with db.read_engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
    except (SQLAlchemyError, ImportError) as error:
        raise Misconfigured(
            f"The database cannot be reached: {type(error).__name__}.",
            way_out="Check MIRAKL_SYNC_DATABASE_URL and that the database runs.",
        ) from error
    finally:
        db.close()
    if not {"orders", "connections"} <= tables:
        raise Misconfigured("The database has no tables yet.", way_out="Run `mirakl-sync db upgrade` first.")


def _start(config: Config, *, process: str) -> None:
    try:
        refuse_half_configured(config)
    except Misconfigured as error:
        # Celery's signals swallow ordinary exceptions; only leaving is heard
        raise SystemExit(f"mirakl_sync does not start. {error.words} {error.way_out}".strip()) from error
    error_reports.start(config, process=process)


def _name_connections(conf: Any, name: str) -> None:
    conf.broker_transport_options["client_name"] = name.replace(" ", "-")
