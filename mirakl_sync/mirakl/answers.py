"""Where Mirakl's refusals differ from the common table."""

from __future__ import annotations

from mirakl_sync.errors import Refused
from mirakl_sync.http.answers import their_words
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.mirakl.states import REFUSAL_CODES


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """A documented code about an order is a refusal of that order, also under 401 or 403; else None."""
    code, message = their_words(answer.json)
    if answer.status not in (401, 403) or code not in REFUSAL_CODES:
        return None
    return Refused(
        f"Mirakl refused {operation.code} (HTTP {answer.status}, “{code}: {message}”).",
        code=code,
        status=answer.status,
        request=operation.code,
    )
