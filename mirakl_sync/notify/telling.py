"""Make the messages that are due, then send them: what was made is committed first, so that a lost process loses none.

A mail may be sent twice after a lost answer, always with the same id. A webhook knows no ids: there the same text may
appear twice, which is better than not at all.
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import InboxItem, Message, Route, Telling
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Misconfigured, Refused
from mirakl_sync.inbox import desk
from mirakl_sync.inbox.stakes import stakes
from mirakl_sync.notify import routes, rules, sending, words
from mirakl_sync.notify.rules import Draft
from mirakl_sync.notify.sending import MailServer, Outgoing
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

EVERY = timedelta(seconds=20)
TRIAL = "test"
# After each failure in a row; the last one again and again until the message is old.
DELAYS = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 30, 60))
# A message that could not be sent for so long is no news any more; its questions stand in the inbox.
LASTS = timedelta(hours=24)
# So many failures in a row are a question for the administrator; a plain no is one at once.
TELL_AFTER = 3
_MOST_AT_ONCE = 50
# A mail server that hangs may hold one thread of a process, for so long: the others have promises to watch.
_LONGEST_RUN = 60.0
_sending = threading.Lock()


@dataclass(frozen=True)
class NotifyReport:
    """What was made and what became of it."""

    made: int
    sent: int
    failed: int

    def sentence(self) -> str:
        """For Flower."""
        failed = f", not sent: {self.failed}" if self.failed else ""
        return f"messages made: {self.made}, sent: {self.sent}{failed}"


def notify(wiring: Wiring) -> NotifyReport:
    """Tell everybody what is due now. May run twice at the same time: no question is told twice."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        wanted = due(tx, now)
    made = 0
    if wanted:
        with wiring.db.transaction() as tx:
            made = len(make(tx, due(tx, now), wiring, now))
    report = NotifyReport(made, *send_due(wiring))
    with wiring.db.transaction() as tx:
        heartbeat.beat(tx, "notify", wiring.now(), EVERY, report.sentence())
    return report


def due(tx: Transaction, now: datetime) -> list[Draft]:
    """The messages that are due, as the rules say."""
    known = routes.routes(tx)
    if not known:
        return []
    return rules.drafts(routes.questions(_open(tx)), known, routes.past(tx), now)


def make(tx: Transaction, drafts: list[Draft], wiring: Wiring, now: datetime) -> list[Message]:
    """Write the messages and what each tells. What somebody else wrote a moment ago is left out."""
    if not drafts:
        return []
    items = _open(tx)
    about = routes.about(tx, items, stakes(tx, items), now)
    zones = {route.role: route.timezone for route in routes.routes(tx)}
    made = []
    for draft in drafts:
        row = _message(draft.role, draft.address, draft.kind, wiring, now)
        tx.add(row)
        tx.flush()
        told = tuple(
            key
            for key in draft.keys
            if insert_once(
                tx,
                Telling,
                {"item_id": key.item, "role": key.role, "reason": key.reason, "address": key.address,
                 "message_pk": row.id},
            )
        )  # fmt: skip
        if not told:
            tx.delete(row)
            continue
        text = words.compose(
            draft.kind, draft.role, told, about, zone=zones[draft.role], console=wiring.config.console_url
        )
        row.subject, row.body = text.subject, text.body
        made.append(row)
    return made


def make_trial(tx: Transaction, role: str, who: str, wiring: Wiring, now: datetime) -> list[Message]:
    """A message to every address of a role that only shows that messages arrive. ``Misconfigured`` without a route."""
    route = next((each for each in routes.routes(tx) if each.role == role), None)
    if route is None:
        raise Misconfigured(
            f"Nobody is told for {role}.",
            way_out=f"Describe [people.{role.replace(' ', '_')}] in the connections file and apply it.",
        )
    text = words.trial(role, who, wiring.config.console_url)
    made = [_message(role, address, TRIAL, wiring, now) for address in route.addresses]
    for row in made:
        row.subject, row.body = text.subject, text.body
        tx.add(row)
    return made


def send_due(wiring: Wiring) -> tuple[int, int]:
    """Send what is due, each with a lease of its own; (sent, not sent). At most one thread of a process does."""
    if not _sending.acquire(blocking=False):
        return 0, 0
    try:
        return _send_due(wiring)
    finally:
        _sending.release()


def _send_due(wiring: Wiring) -> tuple[int, int]:
    sent = failed = 0
    ends = time.monotonic() + _LONGEST_RUN
    with wiring.db.reading() as tx:
        now = wiring.now()
        free = or_(Message.leased_until.is_(None), Message.leased_until <= now)
        ids = list(
            tx.execute(
                select(Message.id)
                .where(Message.next_attempt_at <= now, free)
                .order_by(Message.next_attempt_at, Message.id)
                .limit(_MOST_AT_ONCE)
            ).scalars()
        )
    for number in ids:
        if time.monotonic() > ends:
            break
        outcome = send(number, wiring)
        sent, failed = sent + (outcome is True), failed + (outcome is False)
    return sent, failed


def send(number: int, wiring: Wiring) -> bool | None:
    """Send one message; None when it is somebody else's, or no longer needed."""
    with wiring.db.transaction() as tx:
        now = wiring.now()
        if not take_lease(tx, Message, number, now, wiring.config.lease):
            return None
        row = tx.get_one(Message, number)
        # somebody may have tried between our look and our lease
        waits = row.next_attempt_at is None or row.next_attempt_at > now
        if waits or not _still_wanted(tx, row, now):
            row.leased_until = None
            return None
        row.attempts += 1
        webhook = _webhook(tx, row.role)
    try:
        _go(row, webhook, wiring)
    except MiraklSyncError as error:
        _failed(wiring, number, error)
        return False
    with wiring.db.transaction() as tx:
        now = wiring.now()
        row = tx.get_one(Message, number)
        row.sent_at, row.next_attempt_at, row.leased_until, row.outcome = now, None, None, "sent"
        desk.close_by_key(tx, None, "notification_failed", _key(row), now, f"a message arrived at {now:%H:%M:%S} UTC")
    return True


def _open(tx: Transaction) -> list[InboxItem]:
    return list(tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars())


def _message(role: str, address: str, kind: str, wiring: Wiring, now: datetime) -> Message:
    domain = wiring.config.mail_from.rpartition("@")[2].strip("> ") or "mirakl-sync.invalid"
    mail_id = f"<{uuid.uuid4()}@{domain}>"
    return Message(
        role=role, address=address, kind=kind, mail_id=mail_id, subject="", body="", made_at=now, next_attempt_at=now
    )


def _still_wanted(tx: Transaction, row: Message, now: datetime) -> bool:
    """False, with the reason written down, when every question it tells is closed, or it has become old."""
    told = select(InboxItem.id).join(Telling, Telling.item_id == InboxItem.id).where(Telling.message_pk == row.id)
    gone = row.kind != TRIAL and not tx.execute(told.where(InboxItem.closed_at.is_(None)).limit(1)).first()
    if gone:
        row.next_attempt_at, row.outcome = None, "not sent: its questions were closed meanwhile"
    elif row.made_at < now - LASTS:
        row.next_attempt_at, row.outcome = None, f"given up after {row.attempts} attempts: {row.outcome}"
    return row.next_attempt_at is not None


def _webhook(tx: Transaction, role: str) -> str:
    route = tx.execute(select(Route).where(Route.role == role)).scalar_one_or_none()
    return str(route.webhook.get("url", "")) if route is not None else ""


def _go(row: Message, webhook: str, wiring: Wiring) -> None:
    outgoing = Outgoing(row.subject, row.body, row.mail_id, row.made_at)
    kind, _, to = row.address.partition(":")
    if kind == routes.EMAIL:
        timeout = wiring.config.call_timeout.total_seconds()
        server = MailServer(wiring.config.smtp_url, wiring.config.mail_from, timeout)
        sending.send_mail(server, to, outgoing)
        return
    if not webhook:
        raise Refused(f"{row.role} has no webhook any more.")
    name = f"the webhook of {row.role}"
    sending.send_webhook(webhook, name, outgoing, timeout=wiring.config.call_timeout.total_seconds())


def _failed(wiring: Wiring, number: int, error: MiraklSyncError) -> None:
    """Plan the next attempt; a no, or some failures in a row, are a question for the administrator."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(Message, number)
        final = isinstance(error, Refused | Misconfigured)
        row.leased_until, row.outcome = None, error.words
        delay = DELAYS[-1] if final else DELAYS[min(row.attempts, len(DELAYS)) - 1]
        row.next_attempt_at = None if isinstance(error, Refused) else now + delay
        if final or row.attempts >= TELL_AFTER:
            sentence = f"Messages for {row.role} do not arrive at {row.address}: {error.words}"
            ask = Ask("notification_failed", _key(row), sentence, facts={"way_out": error.way_out})
            desk.open_item(tx, None, ask, "", None, now)


def _key(row: Message) -> str:
    return f"{row.role} {row.address}"[:200]
