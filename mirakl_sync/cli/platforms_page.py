"""The page of the manual about platforms, written from what they declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mirakl_sync.platforms.abilities import OF_PLANNERS, SENTENCES, Ability, Turn, abilities
from mirakl_sync.platforms.contract import PlatformSpec

_HEAD = """# Platforms

What each kind of store can do, and every credential and setting of it. This page is written by the program from what
each platform declares in its `spec.py`: `mirakl-sync platforms list --markdown` prints it, and a test compares.
Which kind suits you, and what follows from it: [choose a platform](../howto/choose-a-platform.md).

"With" names a setting that gives a capability, "not with" one that takes it away."""


def page(specs: Sequence[PlatformSpec]) -> str:
    """The whole page in Markdown, shops before planners, each by its label."""
    ordered = sorted(specs, key=lambda spec: spec.label)
    shops, planners = [spec for spec in ordered if spec.connect], [spec for spec in ordered if spec.plan]
    lines = [_HEAD, "", "## What a shop can do", "", *_capabilities(shops, planners=False)]
    if planners:
        lines += ["", "## What a planner can do", "", *_capabilities(planners, planners=True)]
    for spec in (*shops, *planners):
        lines += _platform(spec)
    return "\n".join(lines) + "\n"


def in_words(ability: Ability, quote: str = "`") -> str:
    """ "yes", "no", or with which setting it is the other way."""
    turned = " or ".join(_turned(turn, quote) for turn in ability.turned_by)
    if not turned:
        return "yes" if ability.by_default else "no"
    return f"yes; not with {turned}" if ability.by_default else f"with {turned}"


def _turned(turn: Turn, quote: str) -> str:
    said = f"{quote}{turn.setting}{quote}"
    return f"{said} = {quote}{turn.value}{quote}" if turn.value else said


def _capabilities(specs: Sequence[PlatformSpec], *, planners: bool) -> Iterator[str]:
    able = [abilities(spec) for spec in specs]
    yield _row("capability", *(spec.label for spec in specs), "what it is")
    yield _row(*["---"] * (len(specs) + 2))
    for capability, sentence in SENTENCES.items():
        if (capability in OF_PLANNERS) == planners:
            yield _row(f"`{capability}`", *(in_words(each[capability]) for each in able), sentence)


def _platform(spec: PlatformSpec) -> Iterator[str]:
    folder = (spec.connect or spec.plan).__module__.split(".")[2]
    yield from ("", f"## {spec.label}", "")
    yield (
        f'`platform = "{spec.key}"`. After an unanswered creation an order may stay invisible for '
        f"{spec.look_after.total_seconds():g} s. "
        if spec.connect
        else f'`platform = "{spec.key}"`. '
    ) + f"How a person connects one: [its page](../../mirakl_sync/platforms/{folder}/README.md)."
    yield ""
    yield from _sentences("credential", spec.credentials, spec.optional_credentials)
    yield ""
    yield from _sentences("setting", {}, spec.settings)


def _sentences(kind: str, needed: Mapping[str, str], optional: Mapping[str, str]) -> Iterator[str]:
    yield _row(kind, "what it is")
    yield _row("---", "---")
    for name, words in needed.items():
        yield _row(f"`{name}`, needed", words)
    for name, words in optional.items():
        yield _row(f"`{name}`", words)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
