"""`mirakl-sync`: the commands, loaded when they are asked for so that each starts at once."""

from __future__ import annotations

import importlib
from typing import Any

import click

from mirakl_sync import __version__
from mirakl_sync.errors import MiraklSyncError

COMMANDS = {
    "carriers": (
        "mirakl_sync.cli.carriers:carriers",
        "Carriers: list, unmapped, map, unmap, export, import, refresh.",
    ),
    "connections": ("mirakl_sync.cli.connections:connections", "Who is joined to whom: list, check, apply, pause."),
    "db": ("mirakl_sync.cli.database:db", "The database: upgrade, status."),
    "doctor": ("mirakl_sync.cli.doctor:doctor", "Find what is wrong with this installation and how to mend it."),
    "explain": ("mirakl_sync.cli.explain:explain", "An order's whole story in plain words, with the evidence."),
    "inbox": ("mirakl_sync.cli.inbox:inbox", "Questions that wait for a person: list, show, act."),
    "orders": ("mirakl_sync.cli.orders:orders", "Orders: pull, list, show, accept, refuse, retry, take over."),
    "planning": (
        "mirakl_sync.cli.planning:planning",
        "Planners: status, files, send, prove, replay, incoming, show.",
    ),
    "platforms": ("mirakl_sync.cli.platforms:platforms", "Kinds of stores: list, show, export."),
    "sandbox": (
        "mirakl_sync.cli.sandbox:sandbox",
        "Simulated marketplaces and shops: up, place-order, trouble, books.",
    ),
    "secret": ("mirakl_sync.cli.secret:secret", "Keys and secrets at rest: new-key, encrypt."),
    "shipments": (
        "mirakl_sync.cli.shipments:shipments",
        "Parcels: look, list, show, retry, confirm, send without number, drop.",
    ),
    "stock": (
        "mirakl_sync.cli.stock:stock",
        "Stock: status, offers, push, look, compare, drift, files, zero, restore, rules.",
    ),
    "up": ("mirakl_sync.cli.up:up", "Run everything on this machine: broker, workers, clock, web."),
    "version": ("mirakl_sync.cli.version:version", "Print the version."),
}


class Commands(click.Group):
    """A group that imports a command's module when it is named, and tells our errors in one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, for help and completion."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without importing every module."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Errors of ours end with their sentence and the way out; exit code 1."""
        try:
            return super().invoke(ctx)
        except MiraklSyncError as error:
            raise click.ClickException("\n".join(filter(None, (error.words, error.way_out)))) from error
        except ImportError as error:
            raise click.ClickException(f"A part of this installation is missing: {error}.") from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mirakl-sync")
def cli() -> None:
    """Joins Mirakl marketplaces to a seller's shops: orders accepted in time and placed exactly once.

    Commands do their work here and now; with --enqueue they only ring the workers. Settings come from MIRAKL_SYNC_…
    variables; `mirakl-sync doctor` says what is missing.
    """


def main() -> None:
    """The entry point. Exit codes: 0 done, 1 not done and why, 2 wrong usage."""
    cli(prog_name="mirakl-sync")
