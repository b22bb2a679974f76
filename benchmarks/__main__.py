"""`python -m benchmarks`: every figure in one run, as a table and as ``var/bench.json``."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import acceptance, arrivals, bookkeeping, platforms, shipments, stock
from tests.postgres import running_postgres

# in flight, milliseconds, orders
PAIRS = ((16, 200, 600), (64, 200, 1000), (16, 0, 1000), (64, 0, 1000))
CONFIRMED = ((16, 200, 600), (16, 0, 1000))
# a million fills SQLite's file with half a gigabyte; PostgreSQL is measured where it can be compared
OFFERS = {"sqlite": (10_000, 100_000, 1_000_000), "postgresql": (10_000, 100_000)}
# with each database, and shops, which have none
PARTS = ("acceptance", "shipments", "stock")
SHOPS = "platforms"


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the orders, ten thousand offers, SQLite only")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the figures are written")
    parser.add_argument("--only", choices=(*PARTS, SHOPS), help="one part of it")
    options = parser.parse_args()
    console = Console()
    figures: dict[str, float] = {}
    parts = tuple(part for part in PARTS if options.only in (None, part))
    if options.only in (None, SHOPS):
        figures |= platforms.measure_all(console, quick=options.quick)
    if parts:
        figures |= _all("sqlite", lambda: "", parts, options.quick, console)
    if parts and not options.quick:
        with running_postgres() as address:
            figures |= _all("postgresql", lambda: _fresh(address), parts, options.quick, console)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    # what was not measured this time stays
    known = json.loads(options.json.read_text()) if options.only and options.json.exists() else {}
    options.json.write_text(json.dumps(known | figures, indent=2) + "\n")
    console.print(f"figures written to {options.json}")


def _all(
    name: str, database: Callable[[], str], parts: Sequence[str], quick: bool, console: Console
) -> dict[str, float]:
    measure = {"acceptance": _acceptance, "shipments": _shipments, "stock": _stock}
    figures: dict[str, float] = {}
    for part in parts:
        for key, found in measure[part](name, database, quick, console):
            figures |= {f"{key}.{field}": round(value, 3) for field, value in asdict(found).items()}
    _show(name, figures, console)
    return figures


def _acceptance(name: str, database: Callable[[], str], quick: bool, console: Console) -> Iterator[tuple[str, Any]]:
    for in_flight, round_trip, orders in PAIRS:
        part = f"{name}.accept.{in_flight}_in_flight.{round_trip}_ms"
        console.print(f"measuring {part} …", style="dim")
        count = orders // 3 if quick else orders
        yield part, acceptance.measure(database(), orders=count, in_flight=in_flight, round_trip_ms=round_trip)
    console.print(f"measuring {name}.per_order and {name}.arrivals …", style="dim")
    yield f"{name}.per_order", bookkeeping.measure(database())
    yield f"{name}.arrivals", arrivals.measure(database(), seconds=7 if quick else 20)


def _shipments(name: str, database: Callable[[], str], quick: bool, console: Console) -> Iterator[tuple[str, Any]]:
    for way, (in_flight, round_trip, orders) in product(shipments.COUNTED, CONFIRMED):
        part = f"{name}.confirm.{way}.{in_flight}_in_flight.{round_trip}_ms"
        console.print(f"measuring {part} …", style="dim")
        how = {"orders": orders // 3 if quick else orders, "in_flight": in_flight, "round_trip_ms": round_trip}
        yield part, shipments.measure(database(), way=way, **how)
    console.print(f"measuring {name}.per_confirmation and {name}.released …", style="dim")
    yield f"{name}.per_confirmation", shipments.bookkeeping(database())
    yield f"{name}.released", shipments.released(database())


def _stock(name: str, database: Callable[[], str], quick: bool, console: Console) -> Iterator[tuple[str, Any]]:
    for offers in OFFERS[name][:1] if quick else OFFERS[name]:
        console.print(f"measuring {name}.stock.{offers} …", style="dim")
        for part, found in stock.measure(database(), offers=offers, burst=offers == OFFERS[name][-1]):
            yield f"{name}.stock.{offers}.{part}", found


def _show(name: str, figures: dict[str, float], console: Console) -> None:
    table = Table("figure", "value", title=f"Measured on {name}")
    table.columns[1].justify = "right"
    for key, value in figures.items():
        table.add_row(key.removeprefix(f"{name}."), f"{value:,.3f}")
    console.print(table)


def _fresh(address: str) -> str:
    database = f"bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{address.replace('+psycopg', '')}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database}")
    return f"{address}/{database}"


if __name__ == "__main__":
    main()
