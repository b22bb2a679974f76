"""What a person does to an order: set the columns, write the name into the timeline, ring the workers.

Nothing is called here; the order's own rules act on what was set. Every function raises ``Refused`` with a sentence
and the way out when the order's state forbids it, and changes nothing then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NoReturn

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.cases.ledger import ASKED, UNKNOWN
from mirakl_sync.connections.pausing import connection
from mirakl_sync.db.models import Connection, Effect, Order, PolicyVersion
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.orders import states
from mirakl_sync.orders.case import TASKS, lane
from mirakl_sync.orders.window import accept_by
from mirakl_sync.policy.schema import read_policy, read_window

Word = Literal["accept", "refuse"]

_ANSWERABLE = frozenset({states.STAGING, states.WAITING_ACCEPTANCE})
_ON_ITS_WAY = frozenset({ASKED, UNKNOWN})


def find(tx: Transaction, text: str) -> Order:
    """The order of this Mirakl number, or of ``connection/number`` where two marketplaces use the same one."""
    key, _, order_id = text.rpartition("/")
    asked = select(Order).join(Connection, Connection.id == Order.connection_id).where(Order.order_id == order_id)
    rows = tx.execute(asked.where(Connection.key == key) if key else asked).scalars().all()
    if not rows:
        raise Refused(
            f"There is no order {text!r}.",
            way_out="Find its number with `mirakl-sync orders list --text PART`; look for new ones with `orders pull`.",
        )
    if len(rows) > 1:
        keys = sorted(tx.get_one(Connection, row.connection_id).key for row in rows)
        raise Refused(
            f"{len(rows)} marketplaces have an order {text!r}.", way_out=f"Write {keys[0]}/{text} or {keys[1]}/{text}."
        )
    return rows[0]


def answer(tx: Transaction, row: Order, word: Word, who: str, now: datetime) -> str:
    """Decide the whole order for the rules: ``accept`` or ``refuse``. Answers the sentence of the timeline."""
    _refuse_unless_answerable(tx, row)
    if row.answer_by_hand == word:
        _no(f"{row.order_id} has this answer already, by {row.answered_by}.", "It is being told; see `orders show`.")
    row.answer_by_hand, row.answered_by = word, who
    words = f"to be {word}ed by hand" if word == "accept" else "to be refused by hand"
    if row.marketplace_state == states.STAGING:
        words += ", as soon as the operator's checks are over"
    return _go_on(tx, row, who, now, words)


def withdraw_answer(tx: Transaction, row: Order, who: str, now: datetime) -> str:
    """Take back an answer the marketplace has not been told yet; the rules decide again."""
    if not row.answer_by_hand:
        _no(f"{row.order_id} has no answer by hand to take back.", "")
    _refuse_unless_answerable(tx, row)
    row.answer_by_hand, row.answered_by = "", ""
    return _go_on(tx, row, who, now, "the answer by hand is taken back")


def retry(tx: Transaction, row: Order, who: str, now: datetime) -> str:
    """Try again now, whatever was planned: after something was mended."""
    if not row.managed:
        _no(f"{row.order_id} is in a person's hands.", "Give it back first: `mirakl-sync orders manage`.")
    if row.state in states.FINAL and not row.cancel_refused:
        _no(f"{row.order_id} is {row.state}: nothing more can happen.", "")
    row.attempts, row.claims, row.cancel_refused = 0, 0, False
    return _go_on(tx, row, who, now, "to be tried again now")


def unmanage(tx: Transaction, row: Order, who: str, now: datetime) -> str:
    """Take the order out of our hands: nothing is asked of anybody for it until ``manage``."""
    if not row.managed:
        _no(f"{row.order_id} is in a person's hands already.", "")
    if row.state in states.FINAL:
        _no(f"{row.order_id} is {row.state}: there is nothing to take over.", "")
    row.managed = False
    desk.withdraw(tx, "order", row.id, now, f"{who} took the order over")
    return _go_on(tx, row, who, now, "taken over by hand")


def manage(tx: Transaction, row: Order, who: str, now: datetime) -> str:
    """Give the order back to us."""
    if row.managed:
        _no(f"{row.order_id} is in our hands already.", "")
    row.managed = True
    return _go_on(tx, row, who, now, "given back to be worked on")


def follow_policy(tx: Transaction, key: str, who: str, now: datetime) -> int:
    """Let the open orders of a connection follow its present policy and window; answers how many changed.

    Orders keep the policy they were received under, so this is asked for on its own.
    """
    joined = connection(tx, key)
    window = read_window(joined.shop.marketplace.rules.get("window"), facts=joined.shop.marketplace.facts)
    rows = tx.execute(
        select(Order).where(Order.connection_id == joined.id, Order.state.not_in(states.FINAL), Order.managed)
    ).scalars()
    changed = 0
    for row in rows:
        until = accept_by(row.created_at, window) if row.state in states.UNANSWERED else row.accept_by
        if (row.policy_id, row.accept_by) == (joined.policy_id, until):
            continue
        row.policy_id, row.accept_by, row.alarm = joined.policy_id, until, 0
        _go_on(tx, row, who, now, "follows the connection's present policy and window")
        changed += 1
    return changed


def _go_on(tx: Transaction, row: Order, who: str, now: datetime, words: str) -> str:
    """The rules look at the order now; what they do next is their business."""
    row.next_attempt_at, row.blocked_by, row.waiting_for = now, None, ""
    timeline.add(tx, "order", row, now, who, words)
    desk.acted(tx, "order", row.id, now)
    accept_first = read_policy(tx.get_one(PolicyVersion, row.policy_id).content).orders.accept == "accept_first"
    tx.wake(TASKS[lane(row, accept_first=accept_first or bool(row.answer_by_hand))], row.id)
    return words


def _refuse_unless_answerable(tx: Transaction, row: Order) -> None:
    if not row.managed:
        _no(
            f"{row.order_id} is in a person's hands: we tell the marketplace nothing about it.",
            "Answer it in the marketplace's portal, or give it back first: `mirakl-sync orders manage`.",
        )
    if row.state not in states.UNANSWERED or row.marketplace_state not in _ANSWERABLE:
        _no(
            f"{row.order_id} is answered already: it is {row.state}, the marketplace says {row.marketplace_state}.",
            "What follows an answer is cancelled or refunded on the marketplace.",
        )
    told = tx.execute(
        select(Effect.state).where(
            Effect.subject == "order", Effect.subject_id == row.id, Effect.kind.in_(("accept", "refuse"))
        )
    ).scalars()
    if _ON_ITS_WAY & set(told):
        _no(
            f"An answer to {row.order_id} is on its way to the marketplace.",
            "Look again in a moment: `mirakl-sync orders show`.",
        )


def _no(words: str, way_out: str) -> NoReturn:
    raise Refused(words, way_out=way_out)
