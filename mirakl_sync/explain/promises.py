"""Promises: to answer in time and to ship in time, kept or not, and by how much. Pure."""

from __future__ import annotations

from datetime import datetime

from mirakl_sync.explain.evidence import Evidence
from mirakl_sync.explain.explanation import Promise, Verdict
from mirakl_sync.explain.wording import moment, span
from mirakl_sync.orders.states import UNANSWERED, State
from mirakl_sync.orders.views import WholeOrder

_ANSWERED = (State.ACCEPTED, State.REFUSED, State.PLACED, State.SHIPPED)


def promises(known: Evidence, now: datetime) -> tuple[Promise, ...]:
    """Both promises; the one to ship only once the order was accepted."""
    answer = _answer(known.order, now)
    accepted = known.order.accepted_at is not None or known.order.row.state in (State.PLACED, State.SHIPPED)
    return (answer, _ship(known, now)) if accepted else (answer,)


def _answer(order: WholeOrder, now: datetime) -> Promise:
    by, answered = order.row.accept_by, order.accepted_at or _entered(order, _ANSWERED)
    if answered is None and order.row.state in UNANSWERED:
        return _running("answer", "to be answered", by, now)
    if answered is None:
        return Promise("answer", by, None, Verdict.OVER, "It ended before it was answered: nothing is owed.")
    how = "accepted" if order.accepted_at else "answered"
    return _done("answer", f"It was {how}", by, answered)


def _ship(known: Evidence, now: datetime) -> Promise:
    order = known.order
    told = [parcel.told.shipped_at for parcel in known.parcels if parcel.told.shipped_at]
    shipped = max(told) if told else _entered(order, (State.SHIPPED,))
    by = order.row.ship_by
    if shipped is not None and order.row.state not in (State.ACCEPTED, State.PLACED):
        left = f"; it left the house at {moment(known.left_at)}" if known.left_at else ""
        return _done("ship", "The marketplace knew that it had left", by, shipped, left)
    if order.row.state in (State.ACCEPTED, State.PLACED):
        at = known.left_at
        more = f"; it left the house at {moment(at)}, which the marketplace does not know yet" if at else ""
        return _running("ship", "to be shipped", by, now, more)
    return Promise("ship", by, None, Verdict.OVER, "It ended before it was shipped by us: nothing is owed.")


def _running(deed: str, what: str, by: datetime | None, now: datetime, more: str = "") -> Promise:
    if by is None:
        return Promise(deed, None, None, Verdict.UNKNOWN, f"It is {what}; no time limit is known{more}.")
    if by < now:
        return Promise(
            deed, by, None, Verdict.LATE, f"It was {what} by {moment(by)}: {span(now - by)} too late by now{more}."
        )
    return Promise(deed, by, None, Verdict.RUNS, f"It is {what} by {moment(by)}: {span(by - now)} are left{more}.")


def _done(deed: str, what: str, by: datetime | None, at: datetime, more: str = "") -> Promise:
    if by is None:
        return Promise(deed, None, at, Verdict.UNKNOWN, f"{what} at {moment(at)}; no time limit was known{more}.")
    if at <= by:
        words = f"{what} at {moment(at)}, {span(by - at)} before the time was over{more}."
        return Promise(deed, by, at, Verdict.KEPT, words)
    words = f"{what} at {moment(at)}, {span(at - by)} after the time was over ({moment(by)}){more}."
    return Promise(deed, by, at, Verdict.BROKEN, words)


def _entered(order: WholeOrder, states: tuple[State, ...]) -> datetime | None:
    """When it first came into one of these states, by its own timeline."""
    return next((entry.at for entry in order.timeline if entry.to_state in states), None)
