"""Ask once: every change we ask of another system is written down before the call, and looked up in doubt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import Effect
from mirakl_sync.db.transaction import Transaction

ASKED, CONFIRMED, REFUSED, UNKNOWN = "asked", "confirmed", "refused", "unknown"


def find(tx: Transaction, key: str) -> Effect | None:
    """The effect of this key, if it was ever asked."""
    return tx.execute(select(Effect).where(Effect.key == key)).scalar_one_or_none()


def must_look(effect: Effect | None) -> bool:
    """True when asking again could do it twice: we asked and do not know, or it was even confirmed once."""
    return effect is not None and effect.state in (ASKED, UNKNOWN, CONFIRMED)


def ask(
    tx: Transaction, effect: Effect | None, *, key: str, kind: str, subject: str, subject_id: int, now: datetime
) -> Effect:
    """Write down that we are about to ask; asking again stamps a new time first."""
    if effect is None:
        effect = Effect(key=key, kind=kind, subject=subject, subject_id=subject_id, state=ASKED, asked_at=now, asks=1)
        tx.add(effect)
        return effect
    effect.state, effect.asked_at, effect.answered_at = ASKED, now, None
    effect.asks += 1
    return effect


def confirm(effect: Effect, now: datetime, *, their_id: str = "", words: str = "") -> None:
    """It happened."""
    effect.state, effect.answered_at, effect.words = CONFIRMED, now, words
    effect.their_id = their_id or effect.their_id


def refuse(effect: Effect, now: datetime, words: str) -> None:
    """They understood and said no."""
    effect.state, effect.answered_at, effect.words = REFUSED, now, words


def doubt(effect: Effect, words: str) -> None:
    """No answer came: it may have happened."""
    effect.state, effect.words = UNKNOWN, words


def not_done(effect: Effect, words: str) -> None:
    """It certainly did not happen (connection refused, call budget spent): the next ask needs no look."""
    effect.state, effect.words = REFUSED, words
