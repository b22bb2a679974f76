"""Shop by shop: orders made per second, what a poll and a full look cost, each against its bare calls in one run.

Every shop is a simulated one in a process of its own on this machine. *Bare* are the very calls our client made, noted
and sent again by plain sessions; the ratio is our rate over theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.platform_stage import KINDS, Ground, run, shops

ROUND_TRIP_MS = 50


@dataclass(frozen=True)
class Created:
    """Orders made, held where the shop can, and released.

    ``slowest`` is one order's seconds from its first call to its last; ``points`` are Shopify's.
    """

    ours_per_second: float
    bare_per_second: float
    ratio: float
    ours_cpu_ms: float
    bare_cpu_ms: float
    ours_slowest: float
    bare_slowest: float
    calls: float
    points: float


@dataclass(frozen=True)
class Read:
    """One poll, or one look at everything; ``told`` are the notices or SKUs it brought."""

    seconds: float
    bare_seconds: float
    ratio: float
    cpu_seconds: float
    calls: float
    kilobytes: float
    told: float
    points: float


@dataclass(frozen=True)
class Looked(Read):
    """``memory_mb`` is what the look needs at its peak beyond what was there before it."""

    memory_mb: float


@dataclass(frozen=True)
class Sizes:
    """How much is measured. ``looks`` are articles and milliseconds, ``rounds`` calls at once, milliseconds, orders."""

    rounds: Sequence[tuple[int, int, int]] = ((8, 50, 80), (1, 50, 20), (8, 0, 80), (1, 0, 40))
    offers: int = 10_000
    changes: Sequence[int] = (0, 100, 1000)
    looks: Sequence[tuple[int, int]] = ((10_000, 50), (10_000, 0), (100_000, 0))
    ours: int = 100
    others: int = 900


FULL = Sizes()
QUICK = Sizes(rounds=((8, 50, 40), (1, 50, 10)), offers=2000, changes=(0, 100), looks=((2000, 50),), ours=20, others=80)


def measure(kind: str, sizes: Sizes) -> Iterator[tuple[str, Any]]:
    """Name and figures of each part, for one kind of shop."""
    with shops(kind, count=2) as grounds:
        how = [dict(zip(("at_once", "round_trip_ms", "orders"), each, strict=True)) for each in sizes.rounds]
        for asked, found in zip(how, run("create", grounds, rounds=how), strict=True):
            yield f"create.{asked['at_once']}_at_once.{asked['round_trip_ms']}_ms", _as(Created, found)
        slow = replace(grounds[0], round_trip_ms=ROUND_TRIP_MS)
        (found,) = run("orders", [slow], ours=sizes.ours, others=sizes.others)
        yield f"orders.{sizes.ours}_of_{sizes.ours + sizes.others}.{ROUND_TRIP_MS}_ms", _as(Read, found)
    looks = [(offers, ms) for offers, ms in sizes.looks if offers <= KINDS[kind].most]
    for offers in dict.fromkeys([sizes.offers, *(offers for offers, _ in looks)]):
        with shops(kind, offers) as (ground,):
            if offers == sizes.offers:
                yield from _polls(replace(ground, round_trip_ms=ROUND_TRIP_MS), sizes.changes)
            for milliseconds in (ms for count, ms in looks if count == offers):
                (found,) = run("levels", [replace(ground, round_trip_ms=milliseconds)])
                yield f"look.{offers}.{milliseconds}_ms", _as(Looked, found)


def _polls(ground: Ground, changes: Sequence[int]) -> Iterator[tuple[str, Read]]:
    names = ["first", *(f"{count}_changed" for count in changes), f"{changes[-1]}_sold"]
    for name, found in zip(names, run("poll", [ground], changes=changes), strict=True):
        yield f"stock.{ground.offers}.{name}.{ground.round_trip_ms}_ms", _as(Read, found)


def _as(shape: type[Any], found: Mapping[str, float]) -> Any:
    return shape(**{field.name: found[field.name] for field in fields(shape)})


def measure_all(console: Console, *, quick: bool = False) -> dict[str, float]:
    """Every kind of shop that is simulated, shown as tables; the figures by name."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        console.print(f"measuring {kind} …", style="dim")
        for name, figures in measure(kind, QUICK if quick else FULL):
            found[f"{kind}.{name}"] = figures
            console.print(f"measured {kind}.{name}", style="dim")
    for shape, title in ((Created, "Orders"), (Read, "Polls"), (Looked, "Full looks")):
        console.print(_table(title, shape, {name: each for name, each in found.items() if type(each) is shape}))
    return {
        f"platforms.{name}.{field}": round(value, 3)
        for name, each in found.items()
        for field, value in asdict(each).items()
    }


def _table(title: str, shape: type[Any], rows: Mapping[str, Any]) -> Table:
    names = [field.name for field in fields(shape)]
    table = Table("shop", *(name.replace("_", " ") for name in names), title=f"{title} of simulated shops")
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for name, each in rows.items():
        table.add_row(name, *(f"{value:,.2f}" for value in asdict(each).values()))
    return table
