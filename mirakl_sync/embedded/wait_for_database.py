"""`python -m mirakl_sync.embedded.wait_for_database`: return once the database answers; fail in one sentence."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mirakl_sync import config
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import MiraklSyncError, Misconfigured, Unavailable

PATIENCE = 60.0


def wait(url: str, *, patience: float = PATIENCE, sleep: Callable[[float], None] = time.sleep) -> None:
    """Ask until it answers; ``Unavailable`` after ``patience`` seconds."""
    over = time.monotonic() + patience
    db = Database(url, pool_size=1)
    try:
        while not _answers(db):
            if time.monotonic() >= over:
                raise Unavailable(f"The database did not answer within {patience:.0f} s.")
            sleep(1.0)
    finally:
        db.close()


def _answers(db: Database) -> bool:
    try:
        with db.reading() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def main() -> None:
    """Wait for the database of this process's settings."""
    try:
        wait(config.read().database_url)
    except (Misconfigured, Unavailable) as error:
        raise SystemExit(_sentence(error)) from error


def _sentence(error: MiraklSyncError) -> str:
    return f"{error.words} {error.way_out or 'Check MIRAKL_SYNC_DATABASE_URL and the database itself.'}"


if __name__ == "__main__":
    main()
