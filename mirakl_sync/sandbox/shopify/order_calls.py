"""Reading, finding and changing orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import metafields
from mirakl_sync.sandbox.shopify.faults import BadRequest, invalid_gid
from mirakl_sync.sandbox.shopify.gids import number_of, split
from mirakl_sync.sandbox.shopify.model import Order
from mirakl_sync.sandbox.shopify.order_views import OrderView
from mirakl_sync.sandbox.shopify.paging import Page, page

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
NO_ORDER = "Order does not exist"
TEXTS = ("note", "email", "phone", "po_number")
LONGEST_TAG = 40


def read(call: Call, id: str) -> OrderView | None:
    row = order_of(call, id)
    return OrderView(call.shop, row) if row else None


def order_of(call: Call, given: str) -> Order | None:
    """The order with this global id, if the app may see it."""
    if split(given)[0] != "Order":
        raise invalid_gid(given)
    row = call.shop.orders.rows.get(number_of(given, "Order"))
    return None if row is None or call.shop.hidden(row, call.scopes) else row


def by_identifier(call: Call, identifier: Shown) -> OrderView | None:
    """orderByIdentifier: by a unique metafield, which knows of every order at once."""
    if identifier.get("id"):
        return read(call, identifier["id"])
    custom = identifier.get("custom_id")
    if not custom:
        raise BadRequest("Exactly one of id and customId must be given")
    namespace = metafields.full_namespace(custom.get("namespace"), call.app)
    known = metafields.definition_of(call.shop, namespace, custom["key"])
    if known is None or known.type != "id":
        raise BadRequest("Metafield definition of type 'id' is required when using custom ids.", "NOT_FOUND")
    row = call.shop.orders.rows.get(call.shop.orders.unique.get((namespace, custom["key"], custom["value"]), 0))
    return None if row is None or call.shop.hidden(row, call.scopes) else OrderView(call.shop, row)


def find(
    call: Call, *, query: str | None = None, sort_key: str = "PROCESSED_AT", reverse: bool = False, **window: Any
) -> Page:
    """orders: what the index knows, which may be older than the truth; each row is shown as it is now."""
    shop = call.shop
    pictures, key = shop.orders.index.find(query, sort_key, shop.clock.seconds())
    rows = [seen for seen in pictures if seen.id in shop.orders.rows and not _hidden(call, seen.id)]
    return page(rows, key, lambda seen: OrderView(shop, shop.orders.rows[seen.id]), reverse=reverse, **window)


def update(call: Call, input: Shown) -> Shown:
    """orderUpdate: what is named is replaced, lists as a whole."""
    order = order_of(call, input["id"])
    if order is None:
        return {"order": None, "userErrors": [{"field": ["id"], "message": NO_ORDER}]}
    errors = _update_errors(call, order, input)
    if errors:
        return {"order": OrderView(call.shop, order), "userErrors": errors}
    for name in TEXTS:
        if name in input:
            setattr(order, name, input[name])
    if "shipping_address" in input:
        order.shipping = {**(order.shipping or {}), **(input["shipping_address"] or {})}
    if "tags" in input:
        order.tags = sorted(dict.fromkeys(tag.strip() for tag in input["tags"] or ()))
    if "custom_attributes" in input:
        order.attributes = [(each["key"], each["value"]) for each in input["custom_attributes"] or ()]
    for given in input.get("metafields") or ():
        metafields.write(call.shop, order, given, call.app)
    call.shop.save(order)
    return {"order": OrderView(call.shop, order), "userErrors": []}


def tags_add(call: Call, id: str, tags: list[str]) -> Shown:
    return _tagged(call, id, tags, remove=False)


def tags_remove(call: Call, id: str, tags: list[str]) -> Shown:
    return _tagged(call, id, tags, remove=True)


def _tagged(call: Call, given: str, tags: list[str], *, remove: bool) -> Shown:
    order = order_of(call, given)
    if order is None:
        return {"node": None, "userErrors": [{"field": ["id"], "message": NO_ORDER}]}
    # one text may hold several tags, parted by commas
    named = {tag.strip() for text in tags for tag in text.split(",") if tag.strip()}
    if not remove and any(len(tag) > LONGEST_TAG for tag in named):
        words = f"Tags is invalid: a tag is longer than {LONGEST_TAG} characters"
        return {"node": None, "userErrors": [{"field": ["tags"], "message": words}]}
    before = list(order.tags)
    order.tags = sorted(set(before) - named if remove else {*before, *named})
    if order.tags != before:
        call.shop.save(order)
    return {"node": OrderView(call.shop, order), "userErrors": []}


def _update_errors(call: Call, order: Order, given: Shown) -> list[Shown]:
    if any(len(tag) > LONGEST_TAG for tag in given.get("tags") or ()):
        return [{"field": ["tags"], "message": f"Tags is invalid: a tag is longer than {LONGEST_TAG} characters"}]
    for place, metafield in enumerate(given.get("metafields") or ()):
        found = metafields.problem(call.shop, order.id, metafield, call.app)
        if found:
            return [{"field": ["metafields", str(place), found[0]], "message": found[2]}]
    return []


def _hidden(call: Call, number: int) -> bool:
    shop: Shop = call.shop
    return shop.hidden(shop.orders.rows[number], call.scopes)
