"""`mirakl-sync secret`: keys and secrets at rest."""

from __future__ import annotations

import os
import sys

import click
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from mirakl_sync import config as settings
from mirakl_sync.cli.context import at_work
from mirakl_sync.db import secrets
from mirakl_sync.db.models import Route, Shop, Store


@click.group()
def secret() -> None:
    """Keys and secrets at rest."""


@secret.command("new-key")
def new_key() -> None:
    """Print a fresh key for MIRAKL_SYNC_SECRET_KEY.

    To change keys in service, put the new one before the old one, separated by a comma.
    """
    click.echo(secrets.new_key())


@secret.command()
def renew() -> None:
    """Encrypt every stored secret anew with the first key of MIRAKL_SYNC_SECRET_KEY.

    Afterwards the old keys can be taken out of the variable. May be called again.
    """
    with at_work() as wiring, wiring.db.transaction() as tx:
        rows = [*tx.execute(select(Shop)).scalars(), *tx.execute(select(Store)).scalars()]
        for row in rows:
            flag_modified(row, "credentials")
        routes = tx.execute(select(Route)).scalars().all()
        for route in routes:
            flag_modified(route, "webhook")
    click.echo(f"{len(rows) + len(routes)} stored secrets are encrypted with the first key.")


@secret.command()
def encrypt() -> None:
    """Encrypt a secret for a connections file.

    It is asked for without being shown, or read from standard input; never from the command line, which other users
    of this machine can read.
    """
    secrets.use_keys(list(settings.read(os.environ).secret_keys))
    text = click.prompt("Secret", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    if not text.strip():
        raise click.UsageError("Nothing was given to encrypt.")
    click.echo(f"fernet:{secrets.encrypt(text.strip())}")
