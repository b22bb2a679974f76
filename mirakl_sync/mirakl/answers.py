"""Where Mirakl's refusals differ from the common table."""

from __future__ import annotations

from mirakl_sync.errors import Refused
from mirakl_sync.http.answers import their_words
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.mirakl.refusals import MULTI_SHIPMENT_OFF, NOT_THERE, code_of
from mirakl_sync.mirakl.states import REFUSAL_CODES

_SHIPMENTS = frozenset({"ST01", "ST06", "ST11", "ST12", "ST23", "ST24"})
# What says no to us or to this moment rather than to what we asked.
_NOT_ABOUT_IT = (401, 403, 407, 408, 425)


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The refusals the common table would read otherwise or without a code; None for all others.

    A documented code about an order is a refusal of that order, also under 401 or 403. The shipment operations take
    their ids in bodies and queries, so a bare 404 of theirs means that the operator has no multi-shipment. A 404 of a
    job or its file (``refusals.NOT_THERE``) means that it is not there. Where Mirakl sends no code,
    ``refusals.code_of`` finds one in the words.
    """
    code, message = their_words(answer.json)
    if answer.status in (404, 410) and operation.code in NOT_THERE:
        return _refused(operation, answer, NOT_THERE[operation.code], message or "not there")
    if answer.status in _NOT_ABOUT_IT or code:
        documented = answer.status in (401, 403) and code in REFUSAL_CODES
        return _refused(operation, answer, code, f"{code}: {message}") if documented else None
    if answer.status == 404 and operation.code in _SHIPMENTS:
        words = message or "no such address"
        way_out = "Look at the operator's configuration (PC01) again; without multi-shipment whole orders are shipped."
        return _refused(operation, answer, MULTI_SHIPMENT_OFF, words, way_out)
    ours = code_of(operation.code, message)
    return _refused(operation, answer, ours, message) if ours else None


def _refused(operation: Operation, answer: Answer, code: str, said: str, way_out: str = "") -> Refused:
    return Refused(
        f"Mirakl refused {operation.code} (HTTP {answer.status}, “{said}”).",
        code=code,
        status=answer.status,
        request=operation.code,
        way_out=way_out,
    )
