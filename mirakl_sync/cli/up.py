"""`mirakl-sync up`: everything on this machine."""

from __future__ import annotations

import os
import sys

import click

from mirakl_sync import config as settings
from mirakl_sync.cli.output import say
from mirakl_sync.embedded import up as embedded


@click.command()
@click.option("--without", multiple=True, metavar="NAME", help="Leave out a line of the Procfile, such as flower.")
def up(without: tuple[str, ...]) -> None:
    """Run broker, workers, clock and web on this machine until Ctrl-C; everything is kept under MIRAKL_SYNC_VAR."""
    sys.exit(embedded.run(settings.read(os.environ).var, without=without, say=say))
