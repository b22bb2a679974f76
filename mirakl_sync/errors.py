"""What can go wrong, grouped by who moves next.

``TryLater`` is ours to repeat, ``Refused`` and ``NeedsAnswer`` wait for a person, ``Unreadable`` is a
developer's, ``Misconfigured`` belongs to whoever set the connection up. Anything else is a bug.
"""

from __future__ import annotations


class MiraklSyncError(Exception):
    """Root of everything we raise on purpose. ``way_out`` tells a person what to do."""

    def __init__(self, words: str, *, way_out: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.way_out = way_out


class TryLater(MiraklSyncError):
    """Nobody has to act: we ask again, not before ``after`` seconds.

    ``outcome_unknown`` is True when the other side may have done what we asked: a timeout after a write tells
    nothing, and only the ledger may decide what follows.
    """

    def __init__(self, words: str, *, after: float | None = None, outcome_unknown: bool = False) -> None:
        super().__init__(words)
        self.after = after
        self.outcome_unknown = outcome_unknown


class Unavailable(TryLater):
    """Their side: network, 5xx, maintenance, an answer that is no answer."""


class RateLimited(TryLater):
    """A spent call budget, ours or theirs (429)."""


class Refused(MiraklSyncError):
    """They understood and said no. ``code`` is their machine word, ``status`` the HTTP status."""

    def __init__(self, words: str, *, code: str = "", status: int = 0, request: str = "", way_out: str = "") -> None:
        super().__init__(words, way_out=way_out)
        self.code = code
        self.status = status
        self.request = request


class Unreadable(MiraklSyncError):
    """Their answer is not what the schema knows. The payload is kept for the developer who mends it."""

    def __init__(self, words: str, *, payload: object = None, outcome_unknown: bool = False) -> None:
        super().__init__(words, way_out="Report it with the kept payload; the row is tried again after an update.")
        self.payload = payload
        self.outcome_unknown = outcome_unknown


class NeedsAnswer(MiraklSyncError):
    """A decision is missing. ``kind`` names the inbox kind, ``key`` merges equal questions."""

    def __init__(self, words: str, *, kind: str, key: str, facts: dict[str, object] | None = None) -> None:
        super().__init__(words)
        self.kind = kind
        self.key = key
        self.facts = facts or {}


class Misconfigured(MiraklSyncError):
    """Credentials, permissions, policy or mapping are wrong: the feed pauses itself and says so once."""
