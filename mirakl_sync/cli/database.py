"""`mirakl-sync db`: the database's form."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from mirakl_sync import config as settings
from mirakl_sync.cli.output import dump, json_option, say
from mirakl_sync.db import migrate
from mirakl_sync.errors import Unavailable


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the form this program needs. May be run at any time, also by several at once."""
    url = settings.read(os.environ).database_url
    _make_folder(url)
    try:
        say(f"The database stands at {migrate.upgrade(url)}.")
    except DBAPIError as error:
        raise _unreachable(error) from error


@db.command()
@json_option
def status(as_json: bool) -> None:
    """Say where the database stands and what this program needs. Exit code 1 when they differ."""
    url = settings.read(os.environ).database_url
    try:
        stands, needed = migrate.current(url) if _exists(url) else "", migrate.newest()
    except DBAPIError as error:
        raise _unreachable(error) from error
    if as_json:
        dump({"stands_at": stands, "needs": needed, "up_to_date": stands == needed})
    elif stands == needed:
        say(f"The database stands at {stands}, as needed.")
    else:
        say(f"The database stands at {stands or 'nothing'}, {needed} is needed. Run `mirakl-sync db upgrade`.")
    sys.exit(0 if stands == needed else 1)


def _unreachable(error: DBAPIError) -> Unavailable:
    trouble = Unavailable(f"The database cannot be reached: {str(error.orig).splitlines()[0]}.")
    trouble.way_out = "Check MIRAKL_SYNC_DATABASE_URL and that the database runs."
    return trouble


def _exists(url: str) -> bool:
    return not url.startswith("sqlite:///") or _file(url).exists()


def _make_folder(url: str) -> None:
    if url.startswith("sqlite:///"):
        _file(url).parent.mkdir(parents=True, exist_ok=True)


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///").partition("?")[0])
