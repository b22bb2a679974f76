"""Is anybody told? What an administrator should know about routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from mirakl_sync.config import Config
from mirakl_sync.db.models import Message
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.notify import routes, sending
from mirakl_sync.notify.rules import RouteTo
from mirakl_sync.notify.sending import MailServer
from mirakl_sync.records.shop import Finding

_FILE = "`mirakl-sync connections apply FILE`"


def findings(tx: Transaction, config: Config) -> list[Finding]:
    """Roles nobody is told for, escalations into the void, mails without a server, messages that do not leave."""
    known = {route.role: route for route in routes.routes(tx)}
    return [*_roles(known), *_escalations(known), *_mail(known.values(), config), *_undelivered(tx)]


def _roles(known: dict[str, RouteTo]) -> Iterator[Finding]:
    if not known:
        words = "Nobody is told about questions: they stand in the inbox and wait to be looked at."
        yield Finding(False, "people", words, f"Describe [people.operations] and the others, then {_FILE}.")
        return
    yield Finding(True, "people", f"Messages go to {', '.join(sorted(known))}.")
    for role in sorted({kind.owner.value for kind in KINDS.values()} - set(known)):
        way_out = f"Describe [people.{role.replace(' ', '_')}], then {_FILE}."
        yield Finding(False, "people", f"Nobody is told about questions for {role}.", way_out)


def _escalations(known: dict[str, RouteTo]) -> Iterator[Finding]:
    for route in known.values():
        if route.escalate_to and route.escalate_to not in known:
            words = f"When nobody of {route.role} acts, {route.escalate_to} should be told, and has no address."
            way_out = f"Describe [people.{route.escalate_to.replace(' ', '_')}], then {_FILE}."
            yield Finding(False, "people", words, way_out)


def _mail(known: Iterable[RouteTo], config: Config) -> Iterator[Finding]:
    mails = any(address.startswith(routes.EMAIL) for route in known for address in route.addresses)
    if not mails:
        return
    try:
        server = sending.address_of(MailServer(config.smtp_url, config.mail_from))
        yield Finding(True, "people", f"Mails leave by {server.hostname} from {config.mail_from}.")
    except Misconfigured as error:
        yield Finding(False, "people", error.words, error.way_out)


def _undelivered(tx: Transaction) -> Iterator[Finding]:
    waiting = select(Message.role, Message.address, Message.outcome).where(
        Message.next_attempt_at.is_not(None), Message.attempts > 0
    )
    for role, address, outcome in tx.execute(waiting.order_by(Message.id)):
        words = f"A message for {role} at {address} waits to be sent again: {outcome}"
        yield Finding(False, "people", words, f'`mirakl-sync inbox test-message "{role}"` tries at once.')
