"""What people do about planners: send now, send a file's lines anew."""

from __future__ import annotations

from sqlalchemy import select

from mirakl_sync.db.models import PlannerDesk, PlannerFile, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.planning import keeping
from mirakl_sync.planning.files import ON_ITS_WAY, FileState
from mirakl_sync.planning.sending import planners

ANEW = "sent anew by {who}"


def planner(tx: Transaction, key: str) -> Store:
    """The planner of this key; without a key the only one. ``Refused`` names what there is."""
    known = planners(tx)
    found = [store for store in known if key in ("", store.key)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(store.key for store in known)
    if not known:
        raise Refused(
            "No connection names a planner.",
            way_out='Write planner = "…" in a connection and run `mirakl-sync connections apply FILE`.',
        )
    words = f"There is no planner {key!r}." if key else "There are several planners."
    raise Refused(words, way_out=f"Name one of {names}.")


def no_file(number: int) -> Refused:
    """What a person hears who names a file that is not there."""
    return Refused(f"There is no file {number}.", way_out="`mirakl-sync planning files` lists them.")


def replay(tx: Transaction, number: int, who: str) -> tuple[Store, int]:
    """Let what a file told last be told anew, as it stands now, by the next file; answers its planner and how many
    lines. What later files told stays as it is: an old file brought again would undo them. ``Refused`` where there is
    no such file, where it is still on its way, or where all it told is outdated."""
    row = tx.execute(select(PlannerFile).where(PlannerFile.id == number).with_for_update()).scalar_one_or_none()
    if row is None:
        raise no_file(number)
    store = tx.get_one(Store, row.planner_pk)
    if row.state in ON_ITS_WAY:
        raise Refused(
            f"{row.name} is on its way still.", way_out=f"`mirakl-sync planning send {store.key}` brings it now."
        )
    lines = keeping.tell_again(tx, row.id)
    if not lines:
        raise Refused(f"Later files told everything that {row.name} told.")
    row.state, row.why = FileState.LOST, ANEW.format(who=who)
    tx.get_one(PlannerDesk, store.id).hurry = who[:80]
    tx.wake("planning.send", store.id)
    return store, lines
