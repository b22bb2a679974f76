"""`mirakl-sync planning`: what planners are told, whether it arrived, and what they say."""

from __future__ import annotations

from typing import Any

import click

from mirakl_sync.cli import planning_acting
from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, footer, json_option, left, limit_option, page_option, pairs, say, table, when
from mirakl_sync.planning import queries
from mirakl_sync.planning.views import FileView, PlannerView, SkuPlan

_NONE = 'No connection names a planner: write planner = "…" in one and apply the file.'


@click.group()
def planning() -> None:
    """What planners are told of sales and stock, whether it arrived, and what they say."""


@planning.command()
@json_option
def status(as_json: bool) -> None:
    """Every planner at a glance: its next night, what waits, what is in doubt, when it was last read."""
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        rows = queries.overview(tx, now)
    if as_json:
        dump(rows)
        return
    columns = ("planner", "way", "next night", "ready", "due", "waiting", "in doubt", "last file", "read", "SKUs")
    told = [
        (
            row.planner,
            row.way or "not opened yet",
            left(row.next_run, now),
            "yes" if row.ready_for is not None and row.ready_for >= row.next_run else left(row.files_due, now),
            row.due,
            row.waiting,
            row.ignored or "",
            left(row.last_file, now),
            left(row.read_at, now),
            row.skus,
        )
        for row in rows
    ]
    table(columns, told, empty=_NONE)
    for row in rows:
        for words in _remarks(row):
            say(f"  {row.planner}: {words}")


def _remarks(row: PlannerView) -> list[str]:
    """What else a person should know of a planner."""
    said = [f"hears of {', '.join(row.connections)}"]
    if row.trouble:
        said.append(row.trouble)
    if row.orphans:
        said.append(f"{row.orphans} sales wait for a SKU that no shop has")
    if row.refused:
        said.append(f"{row.refused} lines fit into no file: `mirakl-sync inbox list` says why")
    for each in row.tables:
        fetched = f"fetched {when(each.fetched_at)}" if each.fetched_at else "not fetched yet"
        said.append(f"{each.feed} {each.state} at {each.path}: {each.rows} rows of {when(each.made_at)}, {fetched}")
    return said


@planning.command()
@click.argument("key", metavar="[PLANNER]", default="")
@limit_option
@page_option
@json_option
def files(key: str, limit: int, page: int, as_json: bool) -> None:
    """The files for planners, the newest first, and what became of each."""
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = queries.files(tx, key, page, limit)
    if as_json:
        dump(found)
        return

    def row(each: FileView) -> tuple[Any, ...]:
        brought = left(each.brought_at, now)
        return each.id, each.planner, each.name, each.rows, each.size, each.state, when(each.window), brought, each.why

    columns = ("file", "planner", "name", "rows", "bytes", "state", "for the night", "brought", "words")
    table(columns, [row(each) for each in found.rows], empty="No file was made yet.")
    footer(found.number, found.pages, found.total, "files")


@planning.command()
@click.argument("key", metavar="[PLANNER]", default="")
@limit_option
@page_option
@json_option
def incoming(key: str, limit: int, page: int, as_json: bool) -> None:
    """Goods on their way to the shelf, those expected first."""
    with at_work() as wiring, wiring.db.reading() as tx:
        found = queries.incoming(tx, key, page, limit)
    if as_json:
        dump(found)
        return
    rows = [
        (each.expected_on or "nobody said", each.sku, each.quantity, each.reference or each.order, each.planner)
        for each in found.rows
    ]
    table(("expected", "SKU", "pieces", "order", "planner"), rows, empty="Nothing is on its way.")
    footer(found.number, found.pages, found.total, "lines")


@planning.command()
@click.argument("sku", metavar="SKU")
@json_option
def show(sku: str, as_json: bool) -> None:
    """What planners say of a SKU, and what they were told of it."""
    with at_work() as wiring, wiring.db.reading() as tx:
        found = queries.of_sku(tx, sku)
    if as_json:
        dump(found)
        return
    if not found:
        say(_NONE)
    for plan in found:
        _show(plan, sku)


def _show(plan: SkuPlan, sku: str) -> None:
    values = {
        "read": plan.read_at,
        "in stock there": plan.in_stock,
        "in stock as told": plan.told_stock,
        "sold in 7 days": plan.sold_7,
        "sold in 30 days": plan.sold_30,
        "days left": plan.days_left,
        "advises to order": plan.to_order,
        "on its way": f"{plan.expected}, first {plan.next_day or 'nobody said when'}" if plan.incoming else "",
    }
    pairs(f"{sku} at {plan.planner}{'' if plan.known else ': not known there'}", values)
    rows = [(each.at, each.quantity, each.key, "told" if each.told else "not told", each.why) for each in plan.sales]
    table(("sold", "pieces", "line", "told", "words"), rows, empty="  No sale of ours.")


for command in planning_acting.COMMANDS:
    planning.add_command(command)
