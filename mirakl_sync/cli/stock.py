"""`mirakl-sync stock`: what shops have, what marketplaces show, and what makes them agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from mirakl_sync.cli import stock_acting, stock_looking, stock_push, stock_rules, stock_story
from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, footer, json_option, left, limit_option, page_option, say, span, table
from mirakl_sync.errors import Refused
from mirakl_sync.stock import queries
from mirakl_sync.stock.views import ComparisonRow, DriftRow, FileRow, OfferFilter, OfferRow, StockRow

_NONE = "No connections yet: `mirakl-sync connections apply FILE`."
_FLAGS = {
    "due": "Only what differs and goes with the next file.",
    "refused": "Only what the marketplace refused.",
    "held": "Only what waits for a person.",
    "inactive": "Only what the marketplace does not show to buyers.",
    "gone": "Only what is no longer on its list.",
    "unknown": "Only where nobody knows what the marketplace shows.",
}


@click.group()
def stock() -> None:
    """What shops have, what marketplaces show, and what makes them agree."""


@stock.command()
@json_option
def status(as_json: bool) -> None:
    """Every connection at a glance: what waits, the file on its way, how long changes take, the age of the proof."""
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        rows = queries.overview(tx, now)
    if as_json:
        dump([{"standing": row.standing, "row": row} for row in rows])
        return
    columns = ("connection", "standing", "offers", "due", "oldest", "file", "refused", "held", "19 of 20 in", "proven")
    table(columns, [_standing(row, now) for row in rows], empty=_NONE)
    for row in rows:
        for words in _remarks(row, now):
            say(f"  {row.connection}: {words}")


def _standing(row: StockRow, now: datetime) -> tuple[Any, ...]:
    counts, file = row.counts, row.on_its_way or row.last_file
    return (
        row.connection,
        row.standing,
        counts.listed,
        counts.due,
        left(row.oldest_due, now),
        f"{file.their_state or file.state}, {left(file.asked_at, now)}" if file else "none yet",
        counts.refused or "",
        counts.held or "",
        "" if row.latency.p95 is None else span(row.latency.p95),
        left(row.proof.oldest, now),
    )


def _remarks(row: StockRow, now: datetime) -> list[str]:
    """What else a person should know of a connection; most have nothing."""
    counts, said = row.counts, []
    if row.stopped_because:
        said.append(row.stopped_because)
    if row.zero_until:
        said.append(f"everything is off sale, by {row.zero_by}, until {left(row.zero_until, now)}")
    if counts.left_alone:
        said.append(f"left alone: {counts.left_alone}; `mirakl-sync inbox list` says why")
    if counts.inactive:
        said.append(f"not shown to buyers: {counts.inactive}")
    if counts.gone:
        said.append(f"no longer on its list: {counts.gone}")
    if row.sides.list_read_at is None:
        said.append("its list of offers was not read yet")
    if row.sides.trouble:
        said.append(row.sides.trouble)
    last = row.last_comparison
    if last is not None and last.disagree:
        said.append(
            f"{last.disagree} of {last.offers} disagreed {left(last.finished_at or last.began_at, now)}: "
            f"`mirakl-sync stock drift {row.connection}`"
        )
    return said


def _only(chosen: dict[str, bool]) -> str:
    named = [name for name, said in chosen.items() if said]
    if len(named) > 1:
        raise click.UsageError(f"Choose one of {', '.join(f'--{name}' for name in named)}.")
    return named[0] if named else ""


def _flags(command: Any) -> Any:
    for name, words in reversed(_FLAGS.items()):
        command = click.option(f"--{name}", is_flag=True, help=words)(command)
    return command


@stock.command()
@click.argument("key", metavar="[CONNECTION]", default="")
@_flags
@click.option("--text", default="", help="With this in the SKU.")
@click.option("--store", default="", help="Of one store, on every marketplace.")
@limit_option
@page_option
@json_option
def offers(key: str, text: str, store: str, limit: int, page: int, as_json: bool, **chosen: bool) -> None:
    """What is offered: the shop's number, theirs, ours, and what holds ours."""
    wanted = OfferFilter(connection=key, store=store, text=text, only=_only(chosen))
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = queries.offers(tx, wanted, now, page, limit)
    if as_json:
        dump(found)
        return
    table(
        ("SKU", "connection", "shop", "theirs", "ours", "because", "waits", "holds it"),
        [_offered(row, now) for row in found.rows],
        empty="No offers match. Their list is read every few minutes; `mirakl-sync stock status` says when it was.",
    )
    footer(found.number, found.pages, found.total, "offers")


def _offered(row: OfferRow, now: datetime) -> tuple[Any, ...]:
    return (
        row.sku,
        row.connection,
        _number(row.level),
        _number(row.theirs),
        _number(row.wanted),
        row.because,
        left(row.since, now),
        _holds(row),
    )


def _holds(row: OfferRow) -> str:
    if not row.listed:
        return "no longer on their list"
    if row.push is not None:
        return f"file {row.push} carries {row.sent}"
    if row.held:
        return f"a person must say: {row.held}"
    if row.refusal:
        return f"refused: {row.refusal}"
    return "the next file" if row.due else "" if row.active else "not shown to buyers"


def _number(number: int | None) -> str:
    return "?" if number is None else str(number)


@stock.command()
@click.argument("key", metavar="[CONNECTION]", default="")
@limit_option
@page_option
@json_option
def files(key: str, limit: int, page: int, as_json: bool) -> None:
    """The stock files sent, the newest first: what was in them and what the marketplace made of them."""
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = queries.pushes(tx, key, page, limit)
    if as_json:
        dump(found)
        return
    table(
        ("file", "connection", "asked", "import", "rows", "of 0", "refused", "state", "took", "words"),
        [_filed(row, now) for row in found.rows],
        empty="No file was sent yet.",
    )
    footer(found.number, found.pages, found.total, "files")


def _filed(row: FileRow, now: datetime) -> tuple[Any, ...]:
    return (
        row.id,
        row.connection,
        left(row.asked_at, now),
        row.import_id,
        row.rows,
        row.zeros,
        row.rows_refused or "",
        f"{row.state} ({row.their_state})" if row.their_state else row.state,
        span(row.took.total_seconds()) if row.took else "",
        row.why,
    )


@stock.command()
@click.argument("key", metavar="[CONNECTION]", default="")
@click.option("--cause", default="", help="Only of this cause.")
@limit_option
@page_option
@json_option
def drift(key: str, cause: str, limit: int, page: int, as_json: bool) -> None:
    """What the last comparison found: where both sides disagree, and why. Without a name: a line for each connection.

    `mirakl-sync stock compare` compares anew.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        if not key:
            rows = [row.last_comparison for row in queries.overview(tx, now) if row.last_comparison]
            _compared(rows, now, as_json=as_json)
            return
        last = next((row for row in queries.comparisons(tx, key) if row.finished_at), None)
        if last is None:
            raise Refused(f"{key} was never compared.", way_out=f"`mirakl-sync stock compare {key}` does it now.")
        if cause and cause not in last.causes:
            known = ", ".join(sorted(last.causes)) or "none"
            raise Refused(f"The last comparison found no {cause!r}.", way_out=f"It found: {known}.")
        found = queries.drifts(tx, last.id, cause, page, limit)
    if as_json:
        dump({"comparison": last, "drift": found})
        return
    _compared([last], now, as_json=False)
    say("")
    table(
        ("SKU", "cause", "theirs", "ours", "shop", "what to do"),
        [_drifted(row) for row in found.rows],
        empty="Both sides agree on everything.",
    )
    footer(found.number, found.pages, found.total, "SKUs")


def _compared(rows: list[ComparisonRow], now: datetime, *, as_json: bool) -> None:
    if as_json:
        dump(rows)
        return
    table(
        ("connection", "compared", "offers", "agree", "causes", "rests on"),
        [
            (
                row.connection,
                left(row.finished_at, now) or row.standing,
                row.offers,
                row.agree,
                tuple(f"{name} {count}" for name, count in sorted(row.causes.items())),
                row.words,
            )
            for row in rows
        ],
        empty="Nothing was compared yet: `mirakl-sync stock compare` does it now.",
    )


def _drifted(row: DriftRow) -> tuple[Any, ...]:
    return row.sku, row.cause, _number(row.theirs), _number(row.wanted), _number(row.level), row.words


for part in (stock_acting, stock_looking, stock_push, stock_rules, stock_story):
    for command in part.COMMANDS:
        stock.add_command(command)
