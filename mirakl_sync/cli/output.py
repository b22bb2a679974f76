"""What people and machines read: tables on a terminal, plain text in a pipe, JSON on demand."""

from __future__ import annotations

import json as json_library
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mirakl_sync.policy.units import read_duration
from mirakl_sync.records.shop import Finding

Command = TypeVar("Command", bound=Callable[..., Any])

# In a pipe nothing is cut or wrapped: the reader's program decides.
_PIPE_WIDTH = 4000
_STEPS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))

json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
limit_option = click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Rows a page.")
page_option = click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page.")


def due_option(words: str) -> Callable[[Command], Command]:
    """--due, a length of time as people and policies write it: "4h"."""
    return click.option("--due", callback=lambda *given: _duration(given[2]), help=f'{words}: "2h".')


def screen(*, errors: bool = False) -> Console:
    """Where to print now. Colours only on a terminal and never with NO_COLOR (rich looks for both)."""
    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _PIPE_WIDTH, highlight=False, soft_wrap=False)


def say(words: str) -> None:
    """A line for people."""
    click.echo(words)


def note(words: str) -> None:
    """A line beside the result: on standard error, so that a pipe gets the result alone."""
    click.echo(words, err=True)


def dump(value: Any) -> None:
    """Anything of ours as JSON."""
    click.echo(json_library.dumps(_plain(value), ensure_ascii=False, indent=2))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """A table; the sentence ``empty`` when there are no rows."""
    told = [[_cell(value) for value in row] for row in rows]
    if not told:
        say(empty)
        return
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in told:
        made.add_row(*row)
    _show(made)


def pairs(title: str, values: Mapping[str, Any]) -> None:
    """A heading and what is known under it; empty values are left out."""
    say(title)
    table_rows = [(f"  {name}", value) for name, value in values.items() if value not in (None, "", ())]
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in table_rows:
        made.add_row(Text(name), _cell(value))
    _show(made)


def footer(number: int, pages: int, total: int, what: str) -> None:
    """Where in a long list we are; silent when it fits on one page."""
    if pages > 1:
        note(f"Page {number} of {pages}, {total} {what}. Next: --page {min(number + 1, pages)}.")


def findings(found: Sequence[Finding]) -> None:
    """Each finding with its mark and the way out. The mark is a word: colour is never alone."""
    where = screen()
    for finding in found:
        mark, style = _mark(finding)
        where.print(Text.assemble((f"{mark:<5} ", style), f"{finding.subject}: {finding.sentence}"))
        if finding.way_out and not finding.ok:
            where.print(Text(f"      → {finding.way_out}"))


def when(moment: datetime | None) -> str:
    """A time in UTC; empty where there is none."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def left(moment: datetime | None, now: datetime) -> str:
    """ "in 2 h 5 min", "3 min ago"; empty where there is none."""
    if moment is None:
        return ""
    seconds = (moment - now).total_seconds()
    return f"in {span(seconds)}" if seconds >= 0 else f"{span(-seconds)} ago"


def span(seconds: float) -> str:
    """A length of time in its two greatest units."""
    rest, said = int(seconds), []
    for size, name in _STEPS:
        if rest >= size:
            said.append(f"{rest // size} {name}")
            rest %= size
    return " ".join(said[:2]) or "0 s"


@contextmanager
def progress(words: str) -> Iterator[Callable[[str], None]]:
    """While inside, a terminal shows that something is going on; ``update(words)`` says what. Silent in a pipe."""
    where = screen(errors=True)
    if not where.is_terminal:
        yield lambda _: None
        return
    with where.status(words) as status:
        yield status.update


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return read_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _show(made: Table) -> None:
    where = screen()
    with where.capture() as captured:
        where.print(made)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _mark(finding: Finding) -> tuple[str, str]:
    if finding.ok:
        return "ok", "green"
    return ("STOP", "bold red") if finding.blocking else ("mind", "yellow")


def _cell(value: Any) -> Text:
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(when(value))
    if isinstance(value, tuple | list):
        return Text(", ".join(map(str, value)))
    return Text(str(value))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, Decimal) else value
