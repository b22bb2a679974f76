"""The command line as data: every command with its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import click

from mirakl_sync.cli.main import cli


@cache
def tree() -> dict[str, click.Command]:
    """Each command by its words: "orders accept"."""
    return dict(_walk(cli, (), click.Context(cli)))


def groups() -> frozenset[str]:
    """The first words of commands of two words."""
    return frozenset(name.split()[0] for name in tree() if " " in name)


def complaint(words: str) -> str:
    """What is wrong with a command somebody wrote down; empty when it could be typed. A group alone prints its help."""
    spoken = re.match(r"[a-z|-]+( [a-z|-]+)*", words)
    parts = spoken.group().split() if spoken else []
    if parts and parts[0] in groups() and len(parts) == 1:
        return ""
    if parts and parts[0] in groups():
        names = [f"{parts[0]} {each}" for each in parts[1].split("|")]
    else:
        names = parts[0].split("|") if parts else [""]
    for name in names:
        if name not in tree():
            return f"there is no command {name!r}"
    options = {option: each for name in names for each in tree()[name].params for option in each.opts}
    strange = set(re.findall(r"(?<!\S)(--[a-z-]+)", words)) - options.keys() - {"--help"}
    if strange:
        return f"{names} knows no {', '.join(sorted(strange))}"
    said = re.findall(r"(?<!\S)(--[a-z-]+) ([a-z_]+)", words)
    wrong = [f"{option} {value}" for option, value in said if not _may_be(options.get(option), value)]
    return f"{names} cannot take {', '.join(wrong)}" if wrong else ""


def _may_be(option: click.Parameter | None, value: str) -> bool:
    """Values of closed choices are held to them; anything else is the reader's own."""
    return option is None or not isinstance(option.type, click.Choice) or value in option.type.choices


def _walk(command: click.Command, path: tuple[str, ...], ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name in command.list_commands(ctx):
        below = command.get_command(ctx, name)
        assert below is not None
        yield from _walk(below, (*path, name), ctx)
