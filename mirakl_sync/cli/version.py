"""`mirakl-sync version`."""

from __future__ import annotations

import click

from mirakl_sync import __version__


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)
