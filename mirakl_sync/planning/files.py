"""Files of what changed: kept with the lines they carry before they are brought, and brought one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from mirakl_sync.db.among import among
from mirakl_sync.db.models import PlannerFile, PlannerRow
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.planning import lease, rows
from mirakl_sync.platforms.planner import Planner
from mirakl_sync.records.planning import Feed, Row
from mirakl_sync.wiring import Wiring

# One file a night for each table is what planners like; a first filling may need several.
LARGEST = 20_000


class FileState(StrEnum):
    """Where a file stands."""

    MADE = "made"  # kept; nobody was asked to take it
    ASKED = "asked"  # being laid down, or nobody answered
    BROUGHT = "brought"  # it lies there
    PROVEN = "proven"  # the planner's numbers show it
    IGNORED = "ignored"  # they do not
    LOST = "lost"  # what it told was sent anew by another


ON_ITS_WAY = (FileState.MADE, FileState.ASKED)
# Lines the planner may be told of at all; of these, what the next files tell.
MAY_BE_TOLD = (~PlannerRow.orphan, PlannerRow.refusal == "")
WAITS = (PlannerRow.due, *MAY_BE_TOLD)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands, and its number: a whole table of them must find room."""

    id: int
    row: Row


@dataclass(frozen=True, slots=True)
class Writable:
    """Lines that fit into a file, the file, and why others do not."""

    lines: Sequence[Line]
    content: bytes
    refused: dict[int, str]


def make(wiring: Wiring, planner_pk: int, planner: Planner, run: datetime) -> list[str]:
    """Keep a file for each table in which something changed, in the order they must be read; answers their names."""
    names = []
    for feed in rows.ORDER:
        while lines := _due(wiring, planner_pk, feed):
            found = writable(planner, feed, lines)
            with wiring.db.transaction() as tx:
                refuse(tx, found.refused)
                lease.renew(tx, planner_pk, wiring.now())
                if found.lines:
                    names.append(_keep(tx, planner_pk, planner, feed, found, run, wiring.now()))
    return names


def _due(wiring: Wiring, planner_pk: int, feed: Feed) -> list[Line]:
    with wiring.db.reading() as tx:
        mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == feed)
        asked = select(PlannerRow.id, PlannerRow.content).where(*mine, *WAITS).order_by(PlannerRow.id).limit(LARGEST)
        return [Line(row.id, rows.record(feed, row.content)) for row in tx.execute(asked)]


def writable(planner: Planner, feed: Feed, lines: Sequence[Line]) -> Writable:
    """One line that does not fit must not keep the others back: where a file is refused, each is tried by itself."""
    try:
        return Writable(lines, planner.write(feed, [line.row for line in lines]), {})
    except Refused:
        refused = {line.id: words for line in lines if (words := _refusal(planner, feed, line))}
        if not refused:
            # each fits and all together do not: that is no line's fault
            raise
    fit = [line for line in lines if line.id not in refused]
    return Writable(fit, planner.write(feed, [line.row for line in fit]) if fit else b"", refused)


def _refusal(planner: Planner, feed: Feed, line: Line) -> str:
    try:
        planner.write(feed, [line.row])
    except Refused as no:
        return no.words
    return ""


def refuse(tx: Transaction, refused: dict[int, str]) -> None:
    """These lines wait until something about them changes."""
    for number, words in refused.items():
        tx.execute(update(PlannerRow).where(PlannerRow.id == number).values(refusal=words))


def _keep(
    tx: Transaction, planner_pk: int, planner: Planner, feed: Feed, found: Writable, run: datetime, now: datetime
) -> str:
    last = select(func.max(PlannerFile.number)).where(PlannerFile.planner_pk == planner_pk, PlannerFile.feed == feed)
    number = (tx.execute(last).scalar_one_or_none() or 0) + 1
    file = PlannerFile(
        planner_pk=planner_pk,
        feed=feed,
        number=number,
        name=planner.file_name(feed, number, now),
        content=found.content,
        size=len(found.content),
        rows=len(found.lines),
        state=FileState.MADE,
        window=run,
        made_at=now,
    )
    tx.add(file)
    tx.flush()
    told(tx, [line.id for line in found.lines], file.id)
    return file.name


def told(tx: Transaction, ids: Sequence[int], file_id: int | None) -> None:
    """These lines are told as they stand. Whoever has the planner's lease: nobody else changes what they say."""
    dialect = tx.get_bind().dialect.name
    tx.execute(
        update(PlannerRow)
        .where(among(PlannerRow.id, "ids", dialect))
        .values(sent_digest=PlannerRow.digest, sent_quantity=PlannerRow.quantity, file_id=file_id, due=False)
        .execution_options(synchronize_session=False),
        {"ids": list(ids)},
    )


def bring(wiring: Wiring, planner_pk: int, planner: Planner) -> int:
    """Bring what is on its way, the oldest first; answers how many lie there now that did not.

    A file nobody answered about is looked for before it is brought again. What was read already may be gone, and comes
    again under its own name: before the next one, so that nothing newer is overwritten. Trouble ends the visit.
    """
    brought = 0
    while (file := _next(wiring, planner_pk)) is not None:
        feed = Feed(file.feed)
        lies_there = file.state == FileState.ASKED and planner.brought(feed, file.name) == file.size
        if not lies_there:
            _asked(wiring, file.id)
            planner.bring(feed, file.name, file.content)
        with wiring.db.transaction() as tx:
            row = tx.get_one(PlannerFile, file.id)
            row.state, row.brought_at = FileState.BROUGHT, wiring.now()
            row.why = "found by looking" if lies_there else ""
            lease.renew(tx, planner_pk, wiring.now())
        brought += 1
    return brought


def _next(wiring: Wiring, planner_pk: int) -> PlannerFile | None:
    with wiring.db.reading() as tx:
        mine = (PlannerFile.planner_pk == planner_pk, PlannerFile.state.in_(ON_ITS_WAY))
        asked = select(PlannerFile).options(undefer(PlannerFile.content)).where(*mine)
        return tx.execute(asked.order_by(PlannerFile.id).limit(1)).scalar_one_or_none()


def _asked(wiring: Wiring, file_id: int) -> None:
    with wiring.db.transaction() as tx:
        row = tx.get_one(PlannerFile, file_id)
        row.state, row.asked_at, row.asks = FileState.ASKED, wiring.now(), row.asks + 1


def on_its_way(tx: Transaction, planner_pk: int) -> int:
    """How many files wait to be brought."""
    mine = (PlannerFile.planner_pk == planner_pk, PlannerFile.state.in_(ON_ITS_WAY))
    return tx.execute(select(func.count()).select_from(PlannerFile).where(*mine)).scalar_one()


def give_up(tx: Transaction, planner_pk: int, why: str) -> None:
    """Files on their way, and those in doubt, are of no use to anybody any more."""
    meant = PlannerFile.state.in_((*ON_ITS_WAY, FileState.BROUGHT, FileState.IGNORED))
    over = update(PlannerFile).where(PlannerFile.planner_pk == planner_pk, meant)
    tx.execute(over.values(state=FileState.LOST, why=why).execution_options(synchronize_session=False))
