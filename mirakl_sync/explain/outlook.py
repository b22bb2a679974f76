"""Where an order stands, whose turn it is, and what happens next. Pure."""

from __future__ import annotations

from datetime import datetime

from mirakl_sync.cases.ledger import ASKED, UNKNOWN
from mirakl_sync.explain.evidence import AskedQuestion, Evidence
from mirakl_sync.explain.wording import CALLS, ahead, counted, moment, sentence
from mirakl_sync.orders import states as orders
from mirakl_sync.shipments import states as parcels
from mirakl_sync.shipments.views import WholeParcel

_STANDS = {
    orders.State.RECEIVED: "We know it; the marketplace has no answer yet",
    orders.State.RESERVED: "The shop holds the goods; the marketplace has no answer yet",
    orders.State.ACCEPTED: "The marketplace has our yes; the shop's order is not complete yet",
    orders.State.PLACED: "The shop's order is complete; the warehouse may work",
    orders.State.SHIPPED: "The marketplace knows that it has left",
    orders.State.CLOSED: "It is over: nothing more can happen",
    orders.State.REFUSED: "It was refused, or nobody answered in time",
    orders.State.CANCELED: "The sale ended without delivery",
}


def stands(known: Evidence) -> str:
    """One sentence: our state, and what the two others say."""
    row = known.order.row
    said = [_STANDS.get(orders.State(row.state), row.state)]
    said.append(f"the marketplace says {row.marketplace_state}")
    if known.order.platform_state:
        said.append(f"the shop says {known.order.platform_state}")
    if known.parcels:
        told = sum(each.row.state in (parcels.State.TOLD, parcels.State.CLOSED) for each in known.parcels)
        said.append(f"{counted(len(known.parcels), 'parcel')}, of which {told} told")
    return sentence("; ".join(said))


def turn(known: Evidence) -> str:
    """Whose turn it is: a role, "we", "the warehouse", "the marketplace", "nobody", or the person who took it over."""
    asked = _open(known)
    row = known.order.row
    if not row.managed and row.state not in orders.FINAL:
        return "the person who took it over"
    if asked:
        *others, last = dict.fromkeys(each.owner for each in asked)
        return f"{', '.join(others)} and {last}" if others else last
    if row.state in orders.FINAL:
        return "nobody"
    if row.state == orders.State.SHIPPED:
        return "the marketplace"
    if row.state == orders.State.PLACED and row.marketplace_state == orders.SHIPPING and known.left_at is None:
        return "the warehouse"
    if _untold(known) or row.state != orders.State.ACCEPTED or row.marketplace_state == orders.SHIPPING:
        return "we"
    return "the marketplace"


def next_steps(known: Evidence, now: datetime) -> tuple[str, ...]:
    """What happens next, by whom and when, the most pressing first; never empty."""
    order, row = known.order, known.order.row
    if not row.managed and row.state not in orders.FINAL:
        return (f"Nothing by us, until `mirakl-sync orders manage {row.order_id}` gives it back.",)
    said = [_asked(each, now) for each in _open(known)]
    said += [
        f"The call of {moment(effect.asked_at)} (we {CALLS.get(effect.kind, effect.kind)}) was not answered yet: what "
        "became of it is made certain, and nothing is done twice."
        for effect in (*order.effects, *(effect for parcel in known.parcels for effect in parcel.effects))
        if effect.state in (ASKED, UNKNOWN)
    ]
    if row.state not in orders.FINAL and row.waiting_for and not row.blocked:
        said.append(_looked_at("It", row.waiting_for, order.next_attempt_at, now))
    elif order.next_attempt_at is not None and not row.blocked and row.state not in orders.FINAL:
        said.append(f"A worker looks at it {_soon(order.next_attempt_at, now)}.")
    said += [_parcel(each, now) for each in _untold(known) if not each.row.blocked]
    if row.state == orders.State.PLACED and known.left_at is None and row.marketplace_state == orders.SHIPPING:
        said.append(
            "The warehouse ships it. What leaves is seen by webhook, by the next poll or the hourly look; the "
            "marketplace is told then."
        )
    if row.state == orders.State.SHIPPED:
        said.append("The marketplace closes it when the buyer has it, or by its own clock.")
    return tuple(said) or (_quiet(known),)


def _asked(each: AskedQuestion, now: datetime) -> str:
    due = f", due {ahead(each.due_at, now)}" if each.due_at else ""
    return f"{sentence(each.owner)[:-1]} must answer question {each.id}{due}: {each.question} Way out: {each.way_out}"


def _looked_at(who: str, waiting_for: str, at: datetime | None, now: datetime) -> str:
    again = f" It is looked at again {_soon(at, now)}, and with any news." if at else " Any news lets it go on."
    return f"{who} waits for {waiting_for}.{again}"


def _parcel(each: WholeParcel, now: datetime) -> str:
    who = f"Parcel {each.row.id}"
    if each.row.waiting_for:
        return _looked_at(who, each.row.waiting_for, each.next_attempt_at, now)
    if each.next_attempt_at is None:
        return f"{who} is told when something is heard of it; `mirakl-sync shipments retry {each.row.id}` looks now."
    trouble = f" The last attempt failed: {each.row.last_problem}" if each.row.last_problem else ""
    return f"{who} is tried {_soon(each.next_attempt_at, now)}.{trouble}"


def _soon(at: datetime, now: datetime) -> str:
    return f"{ahead(at, now)}, at {moment(at)}" if at > now else "at once"


def _quiet(known: Evidence) -> str:
    if known.order.row.state in orders.FINAL:
        return "Nothing: it is over."
    return "Nothing is planned; the next look at the marketplace or the shop shows what changed."


def _open(known: Evidence) -> list[AskedQuestion]:
    once = {each.id: each for each in known.questions if each.closed_at is None}
    return sorted(once.values(), key=lambda each: (each.due_at is None, each.due_at or each.opened_at))


def _untold(known: Evidence) -> list[WholeParcel]:
    return [each for each in known.parcels if each.row.state == parcels.State.NOTED]
