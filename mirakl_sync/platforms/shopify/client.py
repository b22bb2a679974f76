"""Shopify's calls about orders and the shop, one function each."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.platforms.shopify import schemas
from mirakl_sync.platforms.shopify.answers import TOO_COSTLY
from mirakl_sync.platforms.shopify.asking import LONG, Asking
from mirakl_sync.platforms.shopify.documents import orders as documents
from mirakl_sync.platforms.shopify.gids import gid
from mirakl_sync.platforms.shopify.orders import LINE_ID, REFERENCE
from mirakl_sync.platforms.shopify.schemas import read
from mirakl_sync.platforms.shopify.told import Refund, ShopOrder

# One request may cost a thousand points; an order is told in fewer than a quarter of that, however lists are counted.
AT_FIRST, AT_MOST, DEAREST = 4, 40, 900.0
_REFUNDS_TOGETHER = 5
_FIRST_SENT = 5


class Orders:
    """Orders, read whole: what a list of the answer could not hold is asked for."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._together = AT_FIRST

    def order(self, order_id: str) -> ShopOrder | None:
        """``order(id:)``; None when there is none."""
        if not order_id.isdigit():
            return None
        return self._whole(self.asking.ask(documents.READ, {"id": gid("Order", order_id)})["order"])

    def many(self, order_ids: Sequence[str]) -> Iterator[ShopOrder]:
        """``nodes(ids:)``: those that are there, as many to a call as the shop's counting of costs allows."""
        left = [gid("Order", order_id) for order_id in order_ids if order_id.isdigit()]
        while left:
            ids = left[: self._together]
            try:
                data = self.asking.ask(documents.READ_MANY, {"ids": ids}, patience=LONG)
            except Refused as error:
                if error.code != TOO_COSTLY or len(ids) == 1:
                    raise
                self._together = max(1, len(ids) // 2)
                continue
            left = left[len(ids) :]
            self._learn(len(ids))
            yield from filter(None, (self._whole(row) for row in data["nodes"]))

    def by_reference(self, value: str) -> ShopOrder | None:
        """``orderByIdentifier``: by our unique metafield, without the search's delay."""
        return self._whole(self.asking.ask(documents.FIND, {"value": value})["orderByIdentifier"])

    def search(self, query: str) -> Iterator[ShopOrder]:
        """``orders(query:)``: the first four, whole; an index that lags behind by seconds."""
        rows = self.asking.ask(documents.SEARCH, {"query": query})["orders"]["nodes"]
        return filter(None, [self._whole(row) for row in rows])

    def changed(self, since: datetime) -> Iterator[list[tuple[str, datetime, bool]]]:
        """``orders(query: updated_at)``: id, time of change and whether it says that it is a sale of ours; by page."""
        query = f"updated_at:>='{since.strftime('%Y-%m-%dT%H:%M:%SZ')}'"
        for rows in self.asking.pages(documents.CHANGED, {"query": query}, "orders"):
            yield [(row["id"], datetime.fromisoformat(row["updatedAt"]), _of_ours(row)) for row in rows]

    # Writes

    def create(self, order: Mapping[str, Any], options: Mapping[str, Any]) -> ShopOrder:
        """``orderCreate``. Not repeatable, but refused for a reference that stands already."""
        data = self.asking.ask(documents.CREATE, {"order": order, "options": options})
        return self._made(data["orderCreate"].get("order"))

    def update(self, order: str, fields: Mapping[str, Any]) -> None:
        """``orderUpdate``: fields left out stay; lists are replaced."""
        self.asking.ask(documents.UPDATE, {"input": {"id": order, **fields}})

    def mark_as_paid(self, order: str) -> None:
        """``orderMarkAsPaid``: one sale over what is open. ``Refused`` where nothing is."""
        self.asking.ask(documents.MARK_AS_PAID, {"input": {"id": order}})

    def hold(self, fulfillment_order: str, hold: Mapping[str, Any]) -> None:
        """``fulfillmentOrderHold``; twice with one handle is ``Refused``."""
        self.asking.ask(documents.HOLD, {"id": fulfillment_order, "hold": hold})

    def release_hold(self, fulfillment_order: str, holds: Sequence[str]) -> None:
        """``fulfillmentOrderReleaseHold`` of these holds; others stay."""
        self.asking.ask(documents.RELEASE_HOLD, {"id": fulfillment_order, "holds": list(holds)})

    def cancel(self, order: str, note: str, *, restock: bool) -> str:
        """``orderCancel`` without refund or mail; answers the id of its job, empty when it is done."""
        data = self.asking.ask(documents.CANCEL, {"id": order, "restock": restock, "note": note[:250]})
        job = data["orderCancel"].get("job") or {}
        return "" if job.get("done") else str(job.get("id", ""))

    def is_done(self, job: str) -> bool:
        """``job(id:)``; one the shop has forgotten is done."""
        found = self.asking.ask(documents.JOB, {"id": job})["job"]
        return not found or bool(found.get("done"))

    def take_off(self, order: str, unwanted: Container[str], note: str) -> None:
        """``orderEditBegin``, ``orderEditSetQuantity`` and ``orderEditCommit``: none is left of the lines with these of
        Mirakl's ids, and their pieces are for sale again. Nothing is changed before the last call."""
        edit = self.asking.ask(documents.EDIT, {"id": order})["orderEditBegin"]["calculatedOrder"]
        for line in edit["lineItems"]["nodes"]:
            ids = {each.get("value") for each in line["customAttributes"] if each["key"] == LINE_ID}
            if line["quantity"] and any(each in unwanted for each in ids):
                self.asking.ask(documents.SET_QUANTITY, {"id": edit["id"], "line": line["id"], "quantity": 0})
        self.asking.ask(documents.COMMIT_EDIT, {"id": edit["id"], "note": note})

    def add_tags(self, order: str, tags: Sequence[str]) -> None:
        """``tagsAdd``; those that are there already stay."""
        self.asking.ask(documents.ADD_TAGS, {"id": order, "tags": list(tags)})

    def describe(self, order: str, details: Mapping[str, str]) -> None:
        """``orderUpdate`` of the additional details: these and no others; empty ones go."""
        told = [{"key": key, "value": value} for key, value in details.items() if value]
        self.update(order, {"customAttributes": told})

    def set_reference(self, order: str, value: str, *, released: bool) -> None:
        """``metafieldsSet`` of our unique metafield and, with it or not at all, of the mark of a release."""
        told = [reference_field(value), *([released_field()] if released else [])]
        self.asking.ask(documents.SET_METAFIELDS, {"metafields": [{"ownerId": order, **field} for field in told]})

    def drop_reference(self, order: str) -> None:
        """``metafieldsDelete`` of our unique metafield, whether or not it is there."""
        field = {"ownerId": order, "namespace": documents.NAMESPACE, "key": documents.ORDER_ID}
        self.asking.ask(documents.DELETE_METAFIELDS, {"metafields": [field]})

    # Orders whole

    def _made(self, row: Any) -> ShopOrder:
        if not isinstance(row, Mapping):
            raise Unreadable("Shopify made an order and does not show it.", payload=row, outcome_unknown=True)
        order: ShopOrder = read(schemas.ORDER, row, "new order", after_write=True)
        return order

    def _whole(self, row: Any) -> ShopOrder | None:
        """The order of an answer; None for what is gone, or is no order."""
        if not isinstance(row, Mapping) or "name" not in row:
            return None
        row = dict(row)
        lines = row.get("lineItems")
        row["lineItems"] = self._rest(documents.MORE_LINES, "order", row["id"], lines)
        sent = row.get("fulfillments") or []
        if len(sent) >= _FIRST_SENT:
            sent = self.asking.ask(documents.MORE_SENT, {"id": row["id"]})["order"]["fulfillments"]
        inside = "fulfillmentLineItems"
        row["fulfillments"] = [
            {**each, inside: self._rest(documents.MORE_INSIDE, "node", each["id"], each.get(inside))} for each in sent
        ]
        order: ShopOrder = read(schemas.ORDER, row, "order")
        return replace(order, refunds=tuple(self._refunds(order.refund_ids))) if order.refund_ids else order

    def _refunds(self, ids: Sequence[str]) -> Iterable[Refund]:
        for start in range(0, len(ids), _REFUNDS_TOGETHER):
            rows = self.asking.ask(documents.REFUNDS, {"ids": ids[start : start + _REFUNDS_TOGETHER]})["nodes"]
            for row in filter(None, rows):
                lines = self._rest(documents.MORE_REFUNDED, "node", row["id"], row.get("refundLineItems"))
                yield read(schemas.REFUND, {**row, "refundLineItems": lines}, "refund")

    def _rest(self, document: Any, root: str, owner: str, first: Any) -> Any:
        """The nodes of a list whose first page is known."""
        more = first.get("pageInfo") if isinstance(first, Mapping) else None
        if not more or not more.get("hasNextPage"):
            return first
        # from the beginning: the list may have changed since its first page
        return [node for page in self.asking.pages(document, {"id": owner}, f"{root}.page") for node in page]

    def _learn(self, asked: int) -> None:
        each = self.asking.pace.cost(documents.READ_MANY.name) / asked
        if each:
            self._together = max(1, min(AT_MOST, int(DEAREST // each)))


def _of_ours(row: Mapping[str, Any]) -> bool:
    """Our metafield, or the detail that copies carry."""
    return bool(row.get("reference")) or any(each["key"] == REFERENCE for each in row.get("customAttributes") or ())


def reference_field(value: str) -> dict[str, str]:
    """Our unique metafield as an input."""
    return {"namespace": documents.NAMESPACE, "key": documents.ORDER_ID, "type": "id", "value": value}


def released_field() -> dict[str, str]:
    """The mark of a release as an input: what carries it is not held again."""
    return {"namespace": documents.NAMESPACE, "key": documents.RELEASED, "type": "boolean", "value": "true"}
