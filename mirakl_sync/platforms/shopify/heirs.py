"""Orders that took the place of another: apps that edit by cancelling and making anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.shopify import orders
from mirakl_sync.platforms.shopify.documents import orders as documents
from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.platforms.shopify.told import ShopOrder
from mirakl_sync.platforms.shopify.working import Desk, disown, existing
from mirakl_sync.records.shop import Heir, OrderReference, Sign

# An app may make the new order before it cancels the old one.
BEFORE = timedelta(minutes=10)
# Pages of twenty: a shop that sells more in the time of grace is looked at no further.
_PAGES = 50
# #1014A or #1014-2; but #10142 is a number of its own
_SUFFIX = re.compile(r"[-_./ ]\w{1,2}|[A-Za-z]\w?")
_LETTER = re.compile(r"(\d)[A-Za-z]$")
_SURE_FIRST = (Sign.REFERENCE, Sign.REPLACES, Sign.NUMBER, Sign.BUYER)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order made since, as far as its signs go."""

    id: str
    name: str
    made_at: datetime
    source_identifier: str
    ours: bool
    tags: frozenset[str]
    reference: str
    line_ids: frozenset[str]
    skus: frozenset[str]


def find(desk: Desk, order_id: str, reference: OrderReference, since: datetime) -> list[Heir]:
    """Orders made since then that may be the heir, surest first. See ``ReplacesOrders.find_heirs``."""
    old = existing(desk, order_id)
    made = [each for each in _made_since(desk, since - BEFORE) if each.id != old.id]
    signs: dict[str, Sign] = {}
    for each in made:
        sign = sign_of(each, old, reference)
        if sign:
            signs[each.id] = sign
    alike = [each for each in made if each.id not in signs and not each.ours and _half_of(old, each)]
    signs |= dict.fromkeys(_same_buyer(desk, old, alike), Sign.BUYER)
    when = {each.id: each.made_at for each in made}
    whole = {order.id: order for order in desk.client.many([number(each) for each in signs])}
    heirs = [
        Heir(orders.platform_order(order), signs[key], when[key])
        for key, order in whole.items()
        if not order.cancelled_at
    ]
    return sorted(heirs, key=lambda heir: (_SURE_FIRST.index(heir.sign), heir.made_at))


def sign_of(each: Candidate, old: ShopOrder, reference: OrderReference) -> Sign | None:
    """What shows that one took the other's place: what an app copied, or its number. An order that is another sale of
    ours is none."""
    if each.ours or each.reference not in ("", str(reference)):
        return None
    lines = {orders.line_id(line) for line in old.lines} - {""}
    marked = each.reference == str(reference) or bool(each.line_ids & lines)
    if marked or each.source_identifier == reference.order_id or f"mirakl-order:{reference.order_id}" in each.tags:
        return Sign.REFERENCE
    return Sign.NUMBER if _named_after(each.name, old.name) else None


def _named_after(name: str, old: str) -> bool:
    """#1014A after #1014, and #1014B after #1014A."""
    root = _LETTER.sub(r"\1", old)
    return name != old and name.startswith(root) and _SUFFIX.fullmatch(name[len(root) :]) is not None


def hand_over(desk: Desk, order_id: str, heir_id: str, reference: OrderReference) -> ShopOrder:
    """Take the metafield from the one and write it on the other; the heir keeps all that it has. Repeatable.

    The heir of an order we had released is released, too: nobody holds it when it is found.
    """
    heir, old = existing(desk, heir_id), desk.client.order(order_id)
    if old is not None and orders.reference_of(old) == reference:
        disown(desk, old, {"mirakl_replaced_by": heir.name})
    if heir.reference != str(reference):
        desk.client.set_reference(heir.id, str(reference), released=old is None or bool(old.released))
    if heir.attributes.get(orders.REFERENCE) != str(reference):
        desk.client.describe(heir.id, {**heir.attributes, orders.REFERENCE: str(reference)})
    desk.client.add_tags(heir.id, ["mirakl"])
    return existing(desk, heir_id)


def _made_since(desk: Desk, since: datetime) -> Iterator[Candidate]:
    query = f"created_at:>='{since.strftime('%Y-%m-%dT%H:%M:%SZ')}'"
    pages = desk.client.asking.pages(documents.MADE_SINCE, {"query": query})
    return (_candidate(row) for rows in islice(pages, _PAGES) for row in rows if not row.get("cancelledAt"))


def _candidate(row: Mapping[str, Any]) -> Candidate:
    lines = row["lineItems"]["nodes"]
    return Candidate(
        id=row["id"],
        name=row["name"],
        made_at=datetime.fromisoformat(row["createdAt"]),
        source_identifier=row.get("sourceIdentifier") or "",
        ours=bool(row.get("reference")),
        tags=frozenset(row.get("tags") or ()),
        reference=_value(row.get("customAttributes"), orders.REFERENCE),
        line_ids=frozenset(_value(line.get("customAttributes"), orders.LINE_ID) for line in lines) - {""},
        skus=frozenset(line.get("sku") or "" for line in lines) - {""},
    )


def _value(attributes: Any, key: str) -> str:
    return next((each.get("value") or "" for each in attributes or () if each.get("key") == key), "")


def _half_of(old: ShopOrder, each: Candidate) -> bool:
    sold = {line.sku for line in old.lines} - {""}
    return bool(sold) and 2 * len(sold & each.skus) >= len(sold)


def _same_buyer(desk: Desk, old: ShopOrder, alike: list[Candidate]) -> list[str]:
    """Those with the old order's mail and address; none where the app may not read them."""
    if not alike:
        return []
    told: dict[str, Any] = {}
    ids = [old.id, *(each.id for each in alike)]
    try:
        for start in range(0, len(ids), 50):
            for row in desk.client.asking.ask(documents.BUYERS, {"ids": ids[start : start + 50]})["nodes"]:
                told |= {row["id"]: _buyer(row)} if row else {}
    except Misconfigured:
        return []
    wanted = told.get(old.id)
    return [each.id for each in alike if wanted and told.get(each.id) == wanted]


def _buyer(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Mail and address in small letters; None where one of them is missing."""
    address = row.get("shippingAddress") or {}
    words = (row.get("email"), *(address.get(name) for name in ("lastName", "address1", "zip", "city")))
    told = tuple(str(word or "").strip().casefold() for word in words)
    return told if all(told) else None
