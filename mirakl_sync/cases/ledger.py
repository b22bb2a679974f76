"""Ask once: every change we ask of another system is written down before the call, and looked up in doubt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Effect
from mirakl_sync.db.transaction import Transaction

ASKED, CONFIRMED, REFUSED, UNKNOWN = "asked", "confirmed", "refused", "unknown"


def find(tx: Transaction, key: str) -> Effect | None:
    """The effect of this key, if it was ever asked."""
    return tx.execute(select(Effect).where(Effect.key == key)).scalar_one_or_none()


def asked_before(tx: Transaction, key: str) -> Effect:
    """The effect of a key that was asked; ``NoResultFound`` where it never was."""
    return tx.execute(select(Effect).where(Effect.key == key)).scalar_one()


def must_look(effect: Effect) -> bool:
    """True when asking again could do it twice: we asked and do not know, or it was even confirmed once."""
    return effect.state in (ASKED, UNKNOWN, CONFIRMED)


def in_doubt(effect: Effect | None) -> bool:
    """True while we asked and nobody answered: it may have happened."""
    return effect is not None and effect.state in (ASKED, UNKNOWN)


def ask_first(tx: Transaction, *, key: str, kind: str, subject: str, subject_id: int, now: datetime) -> bool:
    """Write down that we are about to ask for the first time; False when the key was asked before."""
    first = {"key": key, "kind": kind, "subject": subject, "subject_id": subject_id, "state": ASKED, "asked_at": now}
    return insert_once(tx, Effect, first)


def ask_again(effect: Effect, now: datetime) -> None:
    """Asking again stamps a new time first."""
    effect.state, effect.asked_at, effect.answered_at = ASKED, now, None
    effect.asks += 1


def confirm(tx: Transaction, key: str, now: datetime, *, their_id: str = "", words: str = "") -> None:
    """It happened."""
    values = {"effect": key, "answered_at": now, "words": words}
    with tx.no_autoflush:
        tx.execute(*((_CONFIRM_AS, {**values, "their_id": their_id}) if their_id else (_CONFIRM, values)))


_CONFIRM = update(Effect.__table__).where(Effect.__table__.c.key == bindparam("effect")).values(state=CONFIRMED)
_CONFIRM = _CONFIRM.values(answered_at=bindparam("answered_at"), words=bindparam("words"))
_CONFIRM_AS = _CONFIRM.values(their_id=bindparam("their_id"))


def refuse(effect: Effect, now: datetime, words: str) -> None:
    """They understood and said no."""
    effect.state, effect.answered_at, effect.words = REFUSED, now, words


def doubt(effect: Effect, words: str) -> None:
    """No answer came: it may have happened."""
    effect.state, effect.words = UNKNOWN, words


def not_done(effect: Effect, words: str) -> None:
    """It certainly did not happen (connection refused, call budget spent): the next ask needs no look."""
    effect.state, effect.words = REFUSED, words
