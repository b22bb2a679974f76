"""OCAPI's query language: term, text, range, bool, filtered and match_all queries, made into a test of a document."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirakl_sync.sandbox.salesforce.dates import read
from mirakl_sync.sandbox.salesforce.errors import Fault

Test = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Fields:
    """What may be asked for; custom attributes only where `custom`."""

    known: Collection[str]
    custom: bool = False

    def check(self, name: Any) -> str:
        if isinstance(name, str) and (name in self.known or (self.custom and _custom(name))):
            return name
        raise Fault(400, "FieldNotQueryableException", f"The field '{name}' can't be queried.", field=str(name))


def matcher(query: Any, fields: Fields) -> Test:
    """A test of documents that are flat: name → text, number, truth, moment, or a list of such. Raises 400."""
    if not isinstance(query, dict) or len(query) != 1:
        raise _malformed("Exactly one query is expected.")
    ((kind, body),) = query.items()
    makers = {
        "match_all_query": lambda *_: lambda _: True,
        "term_query": _term,
        "text_query": _text,
        "bool_query": _bool,
        "filtered_query": _filtered,
        "range_filter": _range,
        "term_filter": _term,
        "bool_filter": _bool_filter,
    }
    if kind not in makers or not isinstance(body, dict):
        raise _malformed(f"The query type '{kind}' is unknown.")
    made: Test = makers[kind](body, fields)
    return made


def _term(body: dict[str, Any], fields: Fields) -> Test:
    names = [fields.check(name) for name in _names(body)]
    operator, values = body.get("operator", "is"), body.get("values") or []
    if operator not in OPERATORS:
        raise _malformed(f"The operator '{operator}' is unknown.")
    if operator not in ("is_null", "is_not_null") and not values:
        raise _malformed("The values of a term query are missing.")
    if operator in ("is", "is_not", "less", "greater") and len(values) != 1:
        raise _malformed(f"The operator '{operator}' takes exactly one value.")
    compare = OPERATORS[operator]
    return lambda document: any(compare(_all(document, name), values) for name in names)


def _text(body: dict[str, Any], fields: Fields) -> Test:
    names = [fields.check(name) for name in _names(body)]
    phrase = body.get("search_phrase")
    if not isinstance(phrase, str) or not phrase.strip():
        raise _malformed("The search phrase of a text query is missing.")
    words = phrase.lower().split()
    return lambda document: all(
        any(word in str(value).lower() for name in names for value in _all(document, name)) for word in words
    )


def _range(body: dict[str, Any], fields: Fields) -> Test:
    name = fields.check(body.get("field"))
    low, high = body.get("from"), body.get("to")
    with_low = body.get("from_inclusive", True) is not False
    with_high = body.get("to_inclusive", True) is not False

    def inside(value: Any) -> bool:
        above = low is None or _compare(value, low) > 0 or (with_low and _compare(value, low) == 0)
        return above and (high is None or _compare(value, high) < 0 or (with_high and _compare(value, high) == 0))

    return lambda document: any(inside(value) for value in _all(document, name))


def _bool(body: dict[str, Any], fields: Fields) -> Test:
    must, should, must_not = (
        [matcher(one, fields) for one in body.get(name) or []] for name in ("must", "should", "must_not")
    )
    return lambda document: (
        all(test(document) for test in must)
        and (not should or any(test(document) for test in should))
        and not any(test(document) for test in must_not)
    )


def _bool_filter(body: dict[str, Any], fields: Fields) -> Test:
    tests = [matcher(one, fields) for one in body.get("filters") or []]
    operator = body.get("operator", "and")
    if operator not in ("and", "or", "not"):
        raise _malformed(f"The operator '{operator}' is unknown.")
    if operator == "not":
        return lambda document: not any(test(document) for test in tests)
    chosen = all if operator == "and" else any
    return lambda document: chosen(test(document) for test in tests)


def _filtered(body: dict[str, Any], fields: Fields) -> Test:
    query, wanted = matcher(body.get("query"), fields), matcher(body.get("filter"), fields)
    return lambda document: query(document) and wanted(document)


def _names(body: dict[str, Any]) -> list[Any]:
    names = body.get("fields")
    if not isinstance(names, list) or not names:
        raise _malformed("The fields of a query are missing.")
    return names


def _custom(name: str) -> bool:
    return name.rsplit(".", 1)[-1].startswith("c_")


def _all(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return str(value).lower() == str(wanted).lower()
    if isinstance(value, str):
        return value.lower() == str(wanted).lower()
    return _compare(value, wanted) == 0


def _compare(value: Any, wanted: Any) -> int:
    """-1, 0 or 1. Raises 400 where the two cannot be compared."""
    try:
        other = read(str(wanted)) if isinstance(value, datetime) else type(value)(wanted)
    except (TypeError, ValueError, ArithmeticError):
        raise _malformed(f"The value '{wanted}' is invalid.") from None
    return int(value > other) - int(value < other)


def _malformed(words: str) -> Fault:
    return Fault(400, "MalformedSearchParameterException", words)


OPERATORS: dict[str, Callable[[list[Any], list[Any]], bool]] = {
    "is": lambda own, wanted: any(_same(value, wanted[0]) for value in own),
    "is_not": lambda own, wanted: not any(_same(value, wanted[0]) for value in own),
    "one_of": lambda own, wanted: any(_same(value, one) for value in own for one in wanted),
    "not_one_of": lambda own, wanted: not any(_same(value, one) for value in own for one in wanted),
    "is_null": lambda own, _: not own,
    "is_not_null": lambda own, _: bool(own),
    "less": lambda own, wanted: any(_compare(value, wanted[0]) < 0 for value in own),
    "greater": lambda own, wanted: any(_compare(value, wanted[0]) > 0 for value in own),
}
