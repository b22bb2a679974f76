"""`python -m benchmarks`: every figure in one run, as a table and as ``var/bench.json``."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import acceptance, arrivals, bookkeeping
from tests.postgres import running_postgres

PAIRS = ((16, 200, 600), (64, 200, 1000), (16, 0, 1000), (64, 0, 1000))


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the orders, SQLite only")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the figures are written")
    options = parser.parse_args()
    console, figures = Console(), {}
    figures |= _all("sqlite", lambda: "", options.quick, console)
    if not options.quick:
        with running_postgres() as address:
            figures |= _all("postgresql", lambda: _fresh(address), options.quick, console)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(f"figures written to {options.json}")


def _all(name: str, database: Callable[[], str], quick: bool, console: Console) -> dict[str, float]:
    figures: dict[str, float] = {}
    for in_flight, round_trip, orders in PAIRS:
        part = f"{name}.accept.{in_flight}_in_flight.{round_trip}_ms"
        console.print(f"measuring {part} …", style="dim")
        found = acceptance.measure(
            database(), orders=orders // (3 if quick else 1), in_flight=in_flight, round_trip_ms=round_trip
        )
        figures |= {f"{part}.{key}": round(value, 3) for key, value in asdict(found).items()}
    console.print(f"measuring {name}.bookkeeping and {name}.arrivals …", style="dim")
    written = bookkeeping.measure(database())
    figures |= {f"{name}.per_order.{key}": round(value, 3) for key, value in asdict(written).items()}
    delays = arrivals.measure(database(), seconds=7 if quick else 20)
    figures |= {f"{name}.arrivals.{key}": round(value, 3) for key, value in asdict(delays).items()}
    _show(name, figures, console)
    return figures


def _show(name: str, figures: dict[str, float], console: Console) -> None:
    table = Table("figure", "value", title=f"Acceptance on {name}")
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
