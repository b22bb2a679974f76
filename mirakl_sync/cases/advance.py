"""The loop: claim, next step, perform, record, until the case rests.

Two short transactions enclose each call: the first commits that we ask, the second what came of it, and the second
already decides the next step, so that a chain of n calls costs n + 1 transactions. None is open during a call.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.cases import ledger, retry, timeline
from mirakl_sync.cases.case import Case
from mirakl_sync.cases.deed import Deed, Report, carry_out
from mirakl_sync.cases.outcome import Blocked, Finished, HandedOver, Outcome, Taken, Trouble, Waiting
from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.clock import Clock
from mirakl_sync.db.claim import claim, release, still_ours
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.errors import Misconfigured, NeedsAnswer, Refused, TryLater, Unreadable
from mirakl_sync.inbox import desk

log = logging.getLogger(__name__)

# A row claimed this often without anything recorded kills its workers: it is put aside for the developers.
POISON_CLAIMS = 8
# Longer countdowns multiply on Redis (a message not acknowledged within its visibility timeout is sent again).
LONGEST_COUNTDOWN = 60
# A trouble somebody must mend is tried again so much later, to see whether it was mended.
TOLD_DELAY = timedelta(minutes=5)
# Pure steps in one visit; more means the rules run in a circle.
LONGEST_WALK = 20


@dataclass(frozen=True, slots=True)
class Machinery:
    """What the loop needs from the process: database, clock and how long things may take."""

    db: Database
    now: Clock
    # longest a single call may last; the lease is longer
    call_timeout: timedelta
    lease: timedelta
    who: str = "worker"


@dataclass(frozen=True, slots=True)
class _Call:
    """A deed about to be carried out, with the ledger's word on whether to look first."""

    step: Any
    deed: Deed
    look: bool
    fence: int


def advance(case: Case, row_id: int, machinery: Machinery, *, lane: str | None = None) -> Outcome:
    """Take a case as far as it can go now; with a ``lane``, only through deeds of that lane."""
    try:
        going = _begin(case, row_id, machinery, lane)
    except Exception:
        _count_failure(case, row_id, machinery)
        raise
    while isinstance(going, _Call):
        report = carry_out(going.deed, look=going.look)
        with machinery.db.transaction() as tx:
            row = still_ours(tx, case.model, row_id, going.fence)
            if row is None:
                return Taken("somebody else took over while the call was under way")
            going = _record(tx, case, row, going, report, machinery, lane)
    return going


def _begin(case: Case, row_id: int, machinery: Machinery, lane: str | None) -> _Call | Outcome:
    with machinery.db.transaction() as tx:
        now = machinery.now()
        row = claim(tx, case.model, row_id, now, machinery.lease)
        if row is None:
            return Taken()
        if row.claims > POISON_CLAIMS:
            return _put_aside(tx, case, row, now)
        return _walk(tx, case, row, machinery, lane)


def _count_failure(case: Case, row_id: int, machinery: Machinery) -> None:
    """The claim was rolled back with what failed: count it all the same, and let the row rest for a lease."""
    with machinery.db.transaction() as tx:
        claim(tx, case.model, row_id, machinery.now(), machinery.lease)


def _walk(tx: Transaction, case: Case, row: Any, machinery: Machinery, lane: str | None) -> _Call | Outcome:
    """Through pure steps to the next deed or to rest."""
    now = machinery.now()
    for _ in range(LONGEST_WALK):
        step = case.next_step(tx, row, now)
        if isinstance(step, Settle):
            _settle(tx, case, row, step, now, machinery.who)
            if row.state in case.final:
                return _finish(row, step)
            continue
        return _rest_or_call(tx, case, row, step, machinery, lane)
    raise RuntimeError(f"{case.subject} {row.id} walks in a circle in state {row.state!r}")


def _rest_or_call(
    tx: Transaction, case: Case, row: Any, step: Any, machinery: Machinery, lane: str | None
) -> _Call | Outcome:
    now = machinery.now()
    prepared = step if isinstance(step, Wait | Ask) else case.deed(tx, row, step, now)
    if isinstance(prepared, Wait):
        return _wait(tx, case, row, prepared, now)
    if isinstance(prepared, Ask):
        return _ask_person(tx, case, row, prepared, now)
    if lane is not None and prepared.lane != lane:
        return _hand_over(tx, case, row, prepared, now)
    return _commit_to(tx, case, row, step, prepared, machinery)


def _commit_to(tx: Transaction, case: Case, row: Any, step: Any, deed: Deed, machinery: Machinery) -> _Call | Outcome:
    """Write the ask into the ledger and keep the row; an ask in doubt is looked at first, once it has settled."""
    now = machinery.now()
    if row.leased_until - now < machinery.lease * 0.9:
        row.leased_until = now + machinery.lease
    row.waiting_for, row.next_attempt_at = "", row.leased_until
    if not deed.key:
        return _Call(step, deed, look=False, fence=row.fence)
    asked = {"key": deed.key, "kind": deed.name, "subject": case.subject, "subject_id": row.id}
    if ledger.ask_first(tx, **asked, now=now):
        return _Call(step, deed, look=False, fence=row.fence)
    effect = ledger.asked_before(tx, deed.key)
    if deed.look is not None and ledger.must_look(effect):
        settled_at = effect.asked_at + machinery.call_timeout + deed.settling
        if now < settled_at:
            return _wait(tx, case, row, Wait(f"certainty whether it did {deed.name}", settled_at), now)
        return _Call(step, deed, look=True, fence=row.fence)
    ledger.ask_again(effect, now)
    return _Call(step, deed, look=False, fence=row.fence)


def _record(
    tx: Transaction, case: Case, row: Any, call: _Call, report: Report, machinery: Machinery, lane: str | None
) -> _Call | Outcome:
    now = machinery.now()
    error = report.error
    if error is None and not report.found_nothing:
        return _succeed(tx, case, row, call, report, machinery, lane)
    effect = ledger.find(tx, call.deed.key) if call.deed.key else None
    if error is None:
        if effect is not None:
            ledger.not_done(effect, "looked: it had not happened")
        # the world may have moved during the look: the rules say again whether it is still wanted
        return _walk(tx, case, row, machinery, lane)
    if isinstance(error, Refused) and not call.look:
        if effect is not None:
            ledger.refuse(effect, now, error.words)
        follow = case.refused(tx, row, call.step, error, now)
        row.last_problem = error.words
        timeline.add(tx, case.subject, row, now, machinery.who, f"{call.deed.name} refused: {error.words}")
        if follow is None:
            return _walk(tx, case, row, machinery, lane)
        return _rest_or_call(tx, case, row, follow, machinery, lane)
    return _stumble(tx, case, row, call, error, effect, machinery)


def _succeed(
    tx: Transaction,
    case: Case,
    row: Any,
    call: _Call,
    report: Report,
    machinery: Machinery,
    lane: str | None,
) -> _Call | Outcome:
    now, before = machinery.now(), row.state
    sentence = case.succeeded(tx, row, call.step, report.result, now)
    if call.deed.key:
        their_id = str(getattr(report.result, "order_id", "") or "")
        ledger.confirm(tx, call.deed.key, now, their_id=their_id, words=sentence)
    row.attempts, row.last_problem, row.claims = 0, "", 0
    if call.deed.key:
        _no_longer_asked(tx, case, row, now, sentence)
    if sentence:
        timeline.add(tx, case.subject, row, now, machinery.who, sentence, before=before)
    return _walk(tx, case, row, machinery, lane)


def _stumble(
    tx: Transaction, case: Case, row: Any, call: _Call, error: Any, effect: Any, machinery: Machinery
) -> Outcome:
    """The call did not come to an answer we can use: note it, plan the next attempt, tell whoever must know."""
    now = machinery.now()
    unknown = getattr(error, "outcome_unknown", False)
    if effect is not None and not call.look:
        (ledger.doubt if unknown else ledger.not_done)(effect, error.words)
    row.attempts += 1
    if error.words != row.last_problem:
        timeline.add(tx, case.subject, row, now, machinery.who, f"{call.deed.name}: {error.words}")
    row.last_problem = error.words
    if isinstance(error, NeedsAnswer):
        return _ask_person(tx, case, row, Ask(error.kind, error.key, error.words, facts=error.facts), now)
    case.silent(tx, row, call.step, now)
    if isinstance(error, TryLater):
        until = retry.when(error, row.attempts, case.deadline(row), now, random.random)
    else:
        until = now + retry.shortened(TOLD_DELAY, case.deadline(row), now)
        _tell(tx, case, row, _complaint(error, call), now)
    row.next_attempt_at = until
    release(row)
    _ring_when_due(tx, case, row, now)
    return Trouble(f"{call.deed.name}: {error.words}", until)


def _complaint(error: Any, call: _Call) -> Ask:
    if isinstance(error, Misconfigured):
        return Ask("misconfigured", f"calls of {call.deed.lane}", error.words, facts={"way_out": error.way_out})
    if isinstance(error, Unreadable):
        return Ask("unreadable_answer", call.deed.name, error.words, facts={"payload": error.payload})
    return Ask("refused_look", call.deed.name, error.words)


def _settle(tx: Transaction, case: Case, row: Any, step: Settle, now: datetime, who: str) -> None:
    before = row.state
    if step.state != before:
        row.state, row.why = step.state, step.why
        timeline.add(tx, case.subject, row, now, who, step.why, before=before)
        # a second visit to a finished row must not close the question its end has left
        _no_longer_asked(tx, case, row, now, step.why)
    case.settled(tx, row, now)
    if step.tell is not None:
        _tell(tx, case, row, step.tell, now)


def _finish(row: Any, step: Settle) -> Outcome:
    row.next_attempt_at, row.waiting_for = None, ""
    release(row)
    return Finished(row.why or step.why)


def _wait(tx: Transaction, case: Case, row: Any, step: Wait, now: datetime) -> Outcome:
    _unblock(tx, case, row, now, f"it now waits for {step.waiting_for}")
    row.waiting_for, row.next_attempt_at = step.waiting_for, step.until
    release(row)
    _ring_when_due(tx, case, row, now)
    return Waiting(step.waiting_for, step.until)


def _ask_person(tx: Transaction, case: Case, row: Any, ask: Ask, now: datetime) -> Outcome:
    item = desk.open_item(tx, case.connection_of(row), ask, case.subject, row.id, now)
    if row.blocked_by != item.id:
        timeline.add(tx, case.subject, row, now, item.owner, f"asked: {ask.question}")
        _unblock(tx, case, row, now, "another question took its place")
    row.questioned = True
    row.blocked_by, row.waiting_for, row.next_attempt_at = item.id, item.owner, ask.until
    release(row)
    return Blocked(ask.question)


def _ring_when_due(tx: Transaction, case: Case, row: Any, now: datetime) -> None:
    """A bell for what is due within a minute; anything later is found by the sweep."""
    if row.next_attempt_at is None:
        return
    delay = (row.next_attempt_at - now).total_seconds()
    if delay < LONGEST_COUNTDOWN:
        row.rung_at = row.next_attempt_at
        case.wake(tx, row, case.lane_of(tx, row), countdown=max(delay, 0.05))


def _unblock(tx: Transaction, case: Case, row: Any, now: datetime, words: str) -> None:
    """The question the row was blocked by is gone; alarms and complaints beside it stand until the row moves."""
    if row.blocked_by is not None:
        desk.withdraw(tx, case.subject, row.id, now, words, only=row.blocked_by)
    row.blocked_by = None


def _no_longer_asked(tx: Transaction, case: Case, row: Any, now: datetime, words: str) -> None:
    if row.questioned:
        desk.withdraw(tx, case.subject, row.id, now, words)
    row.blocked_by = None


def _tell(tx: Transaction, case: Case, row: Any, ask: Ask, now: datetime) -> None:
    row.questioned = True
    desk.open_item(tx, case.connection_of(row), ask, case.subject, row.id, now)


def _hand_over(tx: Transaction, case: Case, row: Any, deed: Deed, now: datetime) -> Outcome:
    row.next_attempt_at, row.waiting_for = now, ""
    row.rung_at = now
    release(row)
    case.wake(tx, row, deed.lane)
    return HandedOver(deed.lane, deed.name)


def _put_aside(tx: Transaction, case: Case, row: Any, now: datetime) -> Outcome:
    words = (
        f"{row.claims} attempts in a row ended without any record; the last problem was: {row.last_problem or 'none'}"
    )
    outcome = _ask_person(tx, case, row, Ask("stuck", f"{case.subject}-{row.id}", words), now)
    log.error("put aside after too many claims", extra={"subject": case.subject, "row": row.id})
    return outcome
