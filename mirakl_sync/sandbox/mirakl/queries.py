"""Query parameters of list operations, read the way Mirakl reads them."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from mirakl_sync.sandbox.mirakl.dates import moment
from mirakl_sync.sandbox.mirakl.refusals import bad

LIST_LIMIT = 100
MAX_PAGE = 100
DEFAULT_PAGE = 10


def listed(name: str, known: tuple[str, ...] | None = None) -> list[str] | None:
    """A comma-separated parameter; None when absent. 400 beyond 100 values or for a value not in `known`."""
    given = request.args.get(name)
    if given is None:
        return None
    values = [value.strip() for value in given.split(",") if value.strip()]
    if len(values) > LIST_LIMIT:
        raise bad(f"The limit of {LIST_LIMIT} is exceeded for the parameter : {name}")
    for value in values:
        if known is not None and value not in known:
            raise bad(f"Invalid value '{value}' for the parameter : {name}")
    return values


def repeated(name: str, known: tuple[str, ...] | None = None, limit: int | None = None) -> list[str] | None:
    """A repeated parameter; None when absent. 400 beyond `limit` values or for a value not in `known`."""
    values = request.args.getlist(name)
    if limit is not None and len(values) > limit:
        raise bad(f"The limit of {limit} is exceeded for the parameter : {name}")
    for value in values:
        if known is not None and value not in known:
            raise bad(f"Invalid value '{value}' for the parameter : {name}")
    return values or None


def chosen(name: str, known: tuple[str, ...]) -> str | None:
    """One of `known`, or None when absent."""
    value = request.args.get(name)
    if value is not None and value not in known:
        raise bad(f"Invalid value '{value}' for the parameter : {name}")
    return value


def truth(name: str) -> bool | None:
    """A boolean parameter; None when absent."""
    value = chosen(name, ("true", "false"))
    return None if value is None else value == "true"


def date(name: str) -> int | None:
    """A date parameter in milliseconds; an unescaped "+" of an offset arrives as a space and is refused."""
    value = request.args.get(name)
    if value is None:
        return None
    try:
        return moment(value)
    except ValueError as error:
        raise bad(f"Invalid date '{value}' for the parameter : {name}") from error


def page() -> tuple[int, int]:
    """(max, offset); 400 beyond the published bounds."""
    return number("max", DEFAULT_PAGE, 1, MAX_PAGE), number("offset", 0, 0, None)


def number(name: str, default: int, least: int, most: int | None) -> int:
    """A whole number; `default` when absent, 400 when it is none or out of bounds."""
    value = request.args.get(name)
    if value is None:
        return default
    if not value.isdecimal() or int(value) < least or (most is not None and int(value) > most):
        raise bad(f"Invalid value '{value}' for the parameter : {name}")
    return int(value)


def page_links(size: int, offset: int, total: int) -> str | None:
    """The Link header of an offset list; None on the only page."""
    links = []
    if offset > 0:
        links.append(f'<{_at(max(0, offset - size), size)}>; rel="previous"')
    if offset + size < total:
        links.append(f'<{_at(offset + size, size)}>; rel="next"')
    return ", ".join(links) or None


def _at(offset: int, size: int) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("offset", "max")]
    return f"{request.base_url}?{urlencode([*kept, ('max', size), ('offset', offset)])}"
