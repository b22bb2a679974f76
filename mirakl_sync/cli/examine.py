"""What the doctor looks at: each function answers findings, in sentences with the way to mend."""

from __future__ import annotations

from collections.abc import Iterator

import redis
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mirakl_sync.config import Config
from mirakl_sync.connections.check import clock_finding
from mirakl_sync.connections.fitting import fit_of
from mirakl_sync.db import migrate, secrets
from mirakl_sync.db.engine import SAFE_SQLITE, sqlite_version
from mirakl_sync.db.models import Connection, Heartbeat
from mirakl_sync.embedded import procfile
from mirakl_sync.errors import MiraklSyncError, Misconfigured
from mirakl_sync.notify import audience
from mirakl_sync.records.shop import Finding
from mirakl_sync.upkeep.silence import late_at
from mirakl_sync.wiring import Wiring


def key(config: Config) -> Iterator[Finding]:
    """Is there a key for secrets, and can it be used?"""
    secrets.use_keys(list(config.secret_keys))
    try:
        secrets.decrypt(secrets.encrypt("try"))
    except Misconfigured as error:
        yield _stop("key", error.words, error.way_out)
        return
    more = f", {len(config.secret_keys) - 1} older ones are still read" if len(config.secret_keys) > 1 else ""
    yield Finding(True, "key", f"Secrets at rest can be written and read{more}.")


def database(config: Config) -> Iterator[Finding]:
    """Can it be reached, and is it in the form this program needs?"""
    sqlite = config.database_url.startswith("sqlite")
    try:
        stands, needed = migrate.current(config.database_url), migrate.newest()
    except (DBAPIError, ImportError, OSError) as error:
        words = str(getattr(error, "orig", error)).splitlines()[0]
        yield _stop("database", f"It cannot be reached: {words}.", "Check MIRAKL_SYNC_DATABASE_URL.")
        return
    if stands == needed:
        yield Finding(True, "database", f"It stands at {stands}, as needed.")
    else:
        yield _stop(
            "database", f"It stands at {stands or 'nothing'}, not at {needed}.", "Run `mirakl-sync db upgrade`."
        )
    if sqlite:
        yield _sqlite()


def _sqlite() -> Finding:
    version = sqlite_version()
    words = f"SQLite {'.'.join(map(str, version))}"
    if version >= SAFE_SQLITE:
        return Finding(True, "database", f"{words}.")
    least = ".".join(map(str, SAFE_SQLITE))
    return Finding(
        False,
        "database",
        f"{words} is older than {least}; a rare fault of its write-ahead log can damage the file.",
        "Install mirakl-sync[embedded], which brings a newer one, or use PostgreSQL.",
    )


def broker(config: Config) -> Iterator[Finding]:
    """Can it be reached, does it keep what it is given?"""
    try:
        with redis.Redis.from_url(config.broker_url, socket_timeout=3, socket_connect_timeout=3) as client:
            told = client.info()
    except (redis.RedisError, ValueError, OSError) as error:
        yield _stop(
            "broker",
            f"It cannot be reached: {str(error).splitlines()[0].rstrip('.')}.",
            "Start it (`mirakl-sync up` starts its own), or check MIRAKL_SYNC_BROKER_URL. Orders wait in the database.",
        )
        return
    name = told.get("server_name") or "redis"
    yield Finding(True, "broker", f"{name} {told.get('valkey_version') or told.get('redis_version')} answers.")
    if told.get("maxmemory") and told.get("maxmemory_policy") != "noeviction":
        yield Finding(
            False,
            "broker",
            f"When full it throws messages away (maxmemory-policy {told['maxmemory_policy']}).",
            "Set maxmemory-policy noeviction.",
        )
    if not told.get("aof_enabled"):
        yield Finding(
            False,
            "broker",
            "It keeps no append-only file: after a restart wake-ups are gone until the sweep rings again.",
            "Set appendonly yes.",
        )


def processes(*, reachable: bool) -> Iterator[Finding]:
    """Does each queue have a line in the Procfile and, where the broker can be reached, a worker that answers?"""
    from tasks.queues import QUEUES

    try:
        lines = procfile.read(procfile.find())
    except Misconfigured as error:
        yield Finding(False, "processes", error.words, error.way_out)
        return
    for queue in QUEUES:
        if not any(f"--queues {queue.name}" in command for command in lines.values()):
            yield _stop("processes", f"No line of the Procfile serves the queue {queue.name}.", "Add a worker for it.")
    if reachable:
        yield from _workers({queue.name for queue in QUEUES})
    else:
        # each asking would wait for the broker in vain
        yield Finding(False, "processes", "The workers cannot be asked without the broker.", "Mend the broker first.")


def _workers(wanted: set[str]) -> Iterator[Finding]:
    from tasks.app import app

    try:
        answers = app.control.inspect(timeout=1.0).active_queues() or {}
    except Exception as error:  # noqa: BLE001 - whatever the broker does, the doctor goes on
        yield Finding(
            False, "processes", f"The workers cannot be asked: {str(error).rstrip('.')}.", "Mend the broker first."
        )
        return
    served = {queue["name"] for queues in answers.values() for queue in queues}
    if answers:
        yield Finding(True, "processes", f"{len(answers)} workers answer: {', '.join(sorted(answers))}.")
    for name in sorted(wanted - served):
        yield _stop("processes", f"No worker serves the queue {name}.", "Start its Procfile line, or `mirakl-sync up`.")


def feeds(wiring: Wiring) -> Iterator[Finding]:
    """When did each feed last give a sign of life?"""
    now = wiring.now()
    with wiring.db.reading() as tx:
        beats = tx.execute(select(Heartbeat).order_by(Heartbeat.feed)).scalars().all()
    if not beats:
        yield Finding(
            False, "feeds", "No feed has ever given a sign of life.", "Start the processes: `mirakl-sync up`."
        )
    for beat in beats:
        ago = (now - beat.beat_at).total_seconds()
        words = f"{beat.feed} beat {ago:.0f} s ago, every {beat.every_seconds:.0f} s is expected."
        if late_at(beat) < now:
            yield Finding(False, "feeds", words, "Are beat and its worker running? See Flower and the worker's log.")
        else:
            yield Finding(True, "feeds", words)


def people(wiring: Wiring) -> Iterator[Finding]:
    """Is somebody told about each role's questions, and can messages leave?"""
    with wiring.db.reading() as tx:
        yield from audience.findings(tx, wiring.config)


def connections(wiring: Wiring) -> Iterator[Finding]:
    """Does each connection fit, and does it run? Nobody is called but the marketplaces' door, for the clocks."""
    with wiring.db.reading() as tx:
        rows = tx.execute(select(Connection).order_by(Connection.key)).unique().scalars().all()
    if not rows:
        yield Finding(False, "connections", "There are none yet.", "`mirakl-sync connections apply FILE`.")
    for row in rows:
        bad = [finding for finding in _fits(row) if not finding.ok]
        if row.stopped_because:
            way_out = f"`mirakl-sync connections check {row.key}`, mend it, then `connections resume {row.key}`."
            bad.append(_stop("", f"It stands still: {row.stopped_because}", way_out))
        for finding in bad:
            yield Finding(False, f"connection {row.key}", finding.sentence, finding.way_out, blocking=finding.blocking)
        if not bad:
            yield Finding(True, f"connection {row.key}", "It fits and runs.")
        yield _clock(wiring, row)


def _fits(row: Connection) -> list[Finding]:
    try:
        return fit_of(row)
    except MiraklSyncError as error:
        return [_stop("", error.words, error.way_out)]


def _clock(wiring: Wiring, row: Connection) -> Finding:
    subject = f"connection {row.key}"
    try:
        with wiring.db.reading() as tx:
            opened = wiring.connections.open(tx, row.id)
        finding = clock_finding(opened.marketplace_title, opened.shop.version(), wiring.now())
    except MiraklSyncError as error:
        return Finding(False, subject, error.words, error.way_out or f"`mirakl-sync connections check {row.key}`.")
    return Finding(finding.ok, subject, finding.sentence, finding.way_out)


def _stop(subject: str, sentence: str, way_out: str) -> Finding:
    return Finding(False, subject, sentence, way_out, blocking=True)
