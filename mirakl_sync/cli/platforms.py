"""`mirakl-sync platforms`: which kinds of stores there are, what each can do and what it wants to know."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from mirakl_sync.cli.output import dump, json_option, say, table
from mirakl_sync.cli.platforms_page import in_words, page
from mirakl_sync.cli.store_files import export
from mirakl_sync.platforms.abilities import OF_PLANNERS, SENTENCES, abilities
from mirakl_sync.platforms.contract import PlatformSpec
from mirakl_sync.platforms.registry import OURS, platform
from mirakl_sync.platforms.registry import platforms as known


@click.group()
def platforms() -> None:
    """Kinds of stores: what each can do, and what it wants to know."""


platforms.add_command(export)


@platforms.command("list")
@click.option("--markdown", is_flag=True, help="The page of the manual, of the platforms that come with this program.")
@json_option
def list_(markdown: bool, as_json: bool) -> None:
    """Every kind of store, installed ones too, and what each can do."""
    specs = sorted(known().values(), key=lambda spec: spec.label)
    if markdown:
        click.echo(page(OURS), nl=False)
        return
    if as_json:
        dump([_told(spec) for spec in specs])
        return
    for kind, some in (("shop", [s for s in specs if s.connect]), ("planner", [s for s in specs if s.plan])):
        if some:
            able = [abilities(spec) for spec in some]
            rows = [
                (capability, *(in_words(each[capability], quote="") for each in able))
                for capability in SENTENCES
                if (capability in OF_PLANNERS) == (kind == "planner")
            ]
            table((f"a {kind} can", *(spec.key for spec in some)), rows, empty="")
            say("")
    say("`mirakl-sync platforms show PLATFORM` says what one wants to know.")


@platforms.command()
@click.argument("key", metavar="PLATFORM")
@json_option
def show(key: str, as_json: bool) -> None:
    """One kind of store: credentials, settings and capabilities, each with its sentence."""
    spec = platform(key)
    if as_json:
        dump(_told(spec))
        return
    say(f'{spec.label}: platform = "{spec.key}"')
    needed = [(name, "needed", words) for name, words in spec.credentials.items()]
    optional = [(name, "", words) for name, words in spec.optional_credentials.items()]
    say("\nCredentials")
    table(("credential", "", "what it is"), [*needed, *optional], empty="none")
    say("\nSettings")
    table(("setting", "what it is"), list(spec.settings.items()), empty="none")
    say("\nWhat it can do")
    able = abilities(spec)
    table(
        ("capability", "", "what it is"),
        [
            (capability, in_words(able[capability], quote=""), words)
            for capability, words in SENTENCES.items()
            if (capability in OF_PLANNERS) == (spec.plan is not None)
        ],
        empty="nothing",
    )


def _told(spec: PlatformSpec) -> dict[str, Any]:
    return {
        "key": spec.key,
        "label": spec.label,
        "kind": "planner" if spec.plan else "shop",
        "credentials": spec.credentials,
        "optional_credentials": spec.optional_credentials,
        "settings": spec.settings,
        "look_after": spec.look_after,
        "capabilities": {
            capability: {"means": SENTENCES[capability], **asdict(ability)}
            for capability, ability in abilities(spec).items()
        },
    }
