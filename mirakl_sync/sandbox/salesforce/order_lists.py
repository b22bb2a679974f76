"""GET /orders: filters, both date bounds, sorting and the window of 10,000 (reference 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from mirakl_sync.sandbox.salesforce.dates import read
from mirakl_sync.sandbox.salesforce.errors import Problem, bad_request
from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import CONFIRMATION, EXPORT, PAYMENT, SHIPPING

WINDOW = 10_000
LISTED = ("new", "completed", "cancelled")
FILTERS = {
    "status": ("status", LISTED, 2),
    "exportStatus": ("export_status", EXPORT, 3),
    "confirmationStatus": ("confirmation_status", CONFIRMATION, 1),
    "paymentStatus": ("payment_status", PAYMENT, 3),
    "shippingStatus": ("shipping_status", SHIPPING, 3),
}
KNOWN = {
    *FILTERS, "externalStatus", "creationDateFrom", "creationDateTo", "lastModifiedDateFrom", "lastModifiedDateTo",
    "siteId", "sortBy", "sortOrder", "limit", "offset",
}  # fmt: skip
SORTS = {"creation_date": "created", "last_modified_date": "modified"}


def listed(shop: Shop, query: dict[str, str]) -> list[Order]:
    """One page. Orders that are not placed (created, failed) are never in it."""
    for name in query:
        if name not in KNOWN:
            raise bad_request(f"The query parameter '{name}' is unknown.")
    limit, offset = _whole(query, "limit", 100, 1, 200), _whole(query, "offset", 0, 0, None)
    if limit + offset > WINDOW:
        words = f"The sum of offset and limit must not be greater than {WINDOW}."
        raise Problem(400, "Bad Request", words)
    field = _one_of(query, "sortBy", tuple(SORTS), "creation_date")
    ascending = _one_of(query, "sortOrder", ("asc", "desc"), "desc") == "asc"
    found = _found(shop, query, SORTS[field])
    if ascending:
        found = reversed(list(found))
    return list(islice(found, offset, offset + limit))


def _found(shop: Shop, query: dict[str, str], field: str) -> Iterator[Order]:
    created = _moment(query, "creationDateFrom"), _moment(query, "creationDateTo")
    modified = _moment(query, "lastModifiedDateFrom"), _moment(query, "lastModifiedDateTo")
    own, other, name = (created, modified, "modified") if field == "created" else (modified, created, "created")
    wanted = _filters(query)
    for order in shop.orders.since(field, *own):
        at = getattr(order, name)
        inside = (other[0] is None or at >= other[0]) and (other[1] is None or at < other[1])
        if inside and order.status not in ("created", "failed") and all(fits(order) for fits in wanted):
            yield order


def _filters(query: dict[str, str]) -> list[Callable[[Order], bool]]:
    wanted: list[Callable[[Order], bool]] = []
    for name, (field, known, most) in FILTERS.items():
        if name in query:
            wanted.append(_among(field, _values(name, query[name], known, most)))
    if "externalStatus" in query:
        wanted.append(lambda order: order.external_status == query["externalStatus"])
    return wanted


def _among(field: str, values: list[str]) -> Callable[[Order], bool]:
    return lambda order: _told(order, field) in values


def _told(order: Order, field: str) -> str:
    value: str = getattr(order, field)
    return "new" if field == "status" and value == "open" else value


def _values(name: str, given: str, known: tuple[str, ...], most: int) -> list[str]:
    values = given.split(",")
    for value in values:
        if value not in known:
            raise bad_request(f"The value '{value}' of the query parameter '{name}' is invalid.")
    if len(values) > most:
        raise bad_request(f"The query parameter '{name}' takes {most} values at most.")
    return values


def _one_of(query: dict[str, str], name: str, known: tuple[str, ...], usual: str) -> str:
    return _values(name, query.get(name, usual), known, 1)[0]


def _whole(query: dict[str, str], name: str, usual: int, least: int, most: int | None) -> int:
    given = query.get(name)
    if given is None:
        return usual
    if not given.isdigit() or int(given) < least or (most is not None and int(given) > most):
        raise bad_request(f"The value '{given}' of the query parameter '{name}' is invalid.")
    return int(given)


def _moment(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        return read(query[name])
    except ValueError:
        raise bad_request(f"The value '{query[name]}' of the query parameter '{name}' is invalid.") from None
