"""What a command works with: the wiring of this process, and the name of the person who calls."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from mirakl_sync import config as settings
from mirakl_sync.config import Config
from mirakl_sync.dispatch import CeleryDispatcher, Dispatcher
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.wiring import Wiring, wire

# So many orders are worked on at the same time when a command does many.
AT_ONCE = 8


def person() -> str:
    """The login of whoever calls, for the timeline."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


enqueue_option = click.option("--enqueue", is_flag=True, help="Ring the workers instead of doing it here and now.")
who_option = click.option(
    "--who", envvar="MIRAKL_SYNC_WHO", default=person, help="Your name in the timeline. Default: your login."
)


@contextmanager
def at_work(
    *, enqueue: bool = False, who: str = "", at_once: int = 0, bells: Dispatcher | None = None
) -> Iterator[Wiring]:
    """The wiring for one command; its database connections are returned at the end.

    Wake-ups go to the workers with ``enqueue``, else to ``bells``, else nowhere: the command does the work itself.
    Database trouble becomes one sentence: ``Misconfigured`` without tables, ``Unavailable`` otherwise.
    """
    config = settings.read(os.environ)
    wiring = wire(config, dispatcher=_workers() if enqueue else bells, who=who or person(), pool=at_once)
    try:
        yield wiring
    except DBAPIError as error:
        raise _database_trouble(config, error) from error
    finally:
        wiring.close()


def _workers() -> Dispatcher:
    from tasks.app import app

    return CeleryDispatcher(app)


def _database_trouble(config: Config, error: DBAPIError) -> Exception:
    words = str(error.orig).splitlines()[0] if str(error.orig) else type(error).__name__
    if "no such table" in words or "does not exist" in words or "no such column" in words:
        return Misconfigured(
            f"The database is not in the form this program needs: {words}.", way_out="Run `mirakl-sync db upgrade`."
        )
    kind = "SQLite" if config.database_url.startswith("sqlite") else "PostgreSQL"
    trouble = Unavailable(f"The {kind} database cannot be used: {words}.")
    trouble.way_out = "Check MIRAKL_SYNC_DATABASE_URL and that the database runs; `mirakl-sync doctor` looks closer."
    return trouble
