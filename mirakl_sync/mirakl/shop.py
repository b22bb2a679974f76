"""A seller's shop on one Mirakl marketplace: the calls of the seller API we use, in plain words.

Every method may raise ``Unavailable``, ``RateLimited`` and ``Misconfigured`` as the transport does, and
``Unreadable`` when an answer is not what the schema knows. Nothing is ever repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mirakl_sync.http.contract import Answer, Dial, RawKey, Transport
from mirakl_sync.http.pages import OffsetPages
from mirakl_sync.mirakl import bodies, schemas
from mirakl_sync.mirakl.answers import interpret
from mirakl_sync.mirakl.calls import read, rows, their_clock
from mirakl_sync.mirakl.facts import Reason, ShopAccount
from mirakl_sync.mirakl.limits import PUBLISHED, Operations
from mirakl_sync.mirakl.orders import read_page
from mirakl_sync.mirakl.shipping import ShippingCalls
from mirakl_sync.mirakl.stock import StockCalls
from mirakl_sync.mirakl.values import written
from mirakl_sync.records.order import MarketplaceFacts, OrderPage
from mirakl_sync.records.shipment import Carrier, ShippingType

# What one call may list, published for order_ids and OR04 alike.
MOST_ORDERS = 100

_ACCOUNT = schemas.AccountSchema()
_CONFIGURATION = schemas.ConfigurationSchema()
_SHIPPING_TYPES = schemas.ShippingTypeSchema(many=True)
_CARRIERS = schemas.CarrierSchema(many=True)
_REASONS = schemas.ReasonSchema(many=True)
_UPDATED = schemas.UpdatedOrderSchema(many=True)


def open_shop(
    dial: Dial,
    base_url: str,
    *,
    api_key: str,
    shop_id: int | str,
    operations: Operations = PUBLISHED,
    tax_mode: str | None = None,
    locale: str | None = None,
    pages_count: bool = False,
) -> MiraklShop:
    """The shop behind an address, given with or without the trailing ``/api``."""
    transport = dial(api_host(base_url), auth=RawKey(api_key), interpret=interpret)
    return MiraklShop(
        transport,
        shop_id=shop_id,
        operations=operations,
        tax_mode=tax_mode,
        locale=locale,
        pages_count=pages_count,
    )


def api_host(base_url: str) -> str:
    """The address without a trailing slash or ``/api``, which our paths bring themselves."""
    return base_url.strip().rstrip("/").removesuffix("/api").rstrip("/")


class MiraklShop(ShippingCalls, StockCalls):
    """One shop. ``transport`` is dialled to ``api_host(base_url)`` with ``mirakl.answers.interpret``.

    ``tax_mode`` (TAX_INCLUDED or TAX_EXCLUDED) is asked for on every read of orders; without it the tenant decides.
    ``pages_count`` True takes a place of the budget for further pages too. What ships is in ``ShippingCalls``,
    offers and stock are in ``StockCalls``.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        shop_id: int | str,
        operations: Operations = PUBLISHED,
        tax_mode: str | None = None,
        locale: str | None = None,
        pages_count: bool = False,
    ) -> None:
        super().__init__(transport, shop_id=shop_id, operations=operations, locale=locale, pages_count=pages_count)
        self._tax_mode = tax_mode or ""

    def version(self) -> datetime | None:
        """V01 ``GET /api/version``: is anybody there? No limit is published, the body means nothing.

        Answers what their clock says (HTTP ``Date``, whole seconds), None where they do not tell.
        """
        answer = self._transport.call(self._operations["V01"], "GET", "/api/version", headers={"Accept": "*/*"})
        return their_clock(answer)

    def account(self) -> ShopAccount:
        """A01 ``GET /api/account``, once a day: who we are there, and whether the shop is open."""
        told = read("A01", _ACCOUNT, self._get("A01", "/api/account").json)
        return ShopAccount(**told | {"channels": tuple(told["channels"] or ())})

    def configuration(self) -> MarketplaceFacts:
        """PC01 ``GET /api/platform/configuration``, no published limit: the operator's rules.

        Only keys with the role ROLE_SHOP_ADMIN may ask; others get ``Misconfigured``.
        """
        answer = self._get("PC01", "/api/platform/configuration")
        told = read("PC01", _CONFIGURATION, answer.json)
        features = told["features"]
        workflows, shipment = features["workflows"] or {}, features["shipment"] or {}
        return MarketplaceFacts(
            name=told["name"],
            timezone=told["timezone"] or "UTC",
            order_acceptance=workflows.get("order_acceptance") or "NOT_AUTOMATIC",
            addresses_before_acceptance=workflows.get("addresses_before_acceptance", False),
            multi_shipment=shipment.get("multi_shipment", False),
            alternative_carrier_forbidden=features["alternative_carrier_forbidden"],
            tax_mode=features["tax_mode"],
            raw=answer.json,
        )

    def orders_changed_since(self, since: datetime | None) -> Iterator[OrderPage]:
        """OR11 ``GET /api/orders``, once a minute (external partners: every 15): orders of all states, oldest first.

        ``since`` compares with the last update; Mirakl looks back a little further on its own, so orders come again.
        None reads everything. Consume every page before moving a watermark: pages are sorted by creation.
        """
        yield from self._orders({"start_update_date": written(since)} if since else {})

    def orders_by_id(self, order_ids: Sequence[str]) -> OrderPage:
        """OR11 with ``order_ids``: one call, and one place of the OR11 budget, for each hundred.

        Unknown ids are simply absent from the page.
        """
        found = [
            page
            for start in range(0, len(order_ids), MOST_ORDERS)
            for page in self._orders({"order_ids": ",".join(order_ids[start : start + MOST_ORDERS])})
        ]
        orders = tuple(order for page in found for order in page.orders)
        unreadable = tuple(order for page in found for order in page.unreadable)
        return OrderPage(orders, unreadable, total_count=len(orders) + len(unreadable))

    def orders_in_states(self, states: Sequence[str]) -> Iterator[OrderPage]:
        """OR11 with ``order_state_codes``, limits as above.

        All pages are read before the first is handed out: orders that leave a state while it is read would push
        others off the next page.
        """
        return iter(list(self._orders({"order_state_codes": ",".join(states)})))

    def answer_order(self, order_id: str, decisions: Mapping[str, bool]) -> None:
        """OR21 ``PUT /api/orders/{order_id}/accept``, no published limit: accept or refuse every line.

        ``decisions`` holds a word for each line id. ``Refused.code`` is one of ``states.REFUSAL_CODES``;
        ORDER_INVALID_STATE means that somebody, perhaps we, decided already.
        """
        if not decisions:
            raise ValueError(f"no decisions for the lines of {order_id}")
        path = f"/api/orders/{quote(order_id, safe='')}/accept"
        self._put("OR21", path, bodies.acceptance(decisions))

    def set_references(self, references: Mapping[str, str]) -> dict[str, str]:
        """OR04 ``PUT /api/orders``, once a minute for at most 100 orders: leave our order numbers there.

        Answers what went wrong in words by order id; empty when all were taken. Writing the same again is harmless.
        """
        if len(references) > MOST_ORDERS:
            raise ValueError(f"OR04 takes {MOST_ORDERS} orders, not {len(references)}")
        if not references:
            return {}
        answer = self._put("OR04", "/api/orders", bodies.references(references))
        updated = read("OR04", _UPDATED, rows(answer.json, "updated_orders"), outcome_unknown=True)
        told = {row["order_id"]: "; ".join(row["errors"]) for row in updated}
        problems = {order_id: told.get(order_id, "Mirakl's answer does not name the order") for order_id in references}
        return {order_id: words for order_id, words in problems.items() if words}

    def shipping_types(self) -> tuple[ShippingType, ...]:
        """SH12 ``GET /api/shipping/types``, once a day."""
        told = self._list("SH12", "/api/shipping/types", "shipping_types", _SHIPPING_TYPES)
        return tuple(ShippingType(**row) for row in told)

    def carriers(self) -> tuple[Carrier, ...]:
        """SH21 ``GET /api/shipping/carriers``, once a day."""
        told = self._list("SH21", "/api/shipping/carriers", "carriers", _CARRIERS)
        return tuple(Carrier(**row) for row in told)

    def reasons(self) -> tuple[Reason, ...]:
        """RE01 ``GET /api/reasons``, whenever a person needs the list."""
        told = self._list("RE01", "/api/reasons", "reasons", _REASONS)
        return tuple(Reason(**row) for row in told)

    def _orders(self, filters: Mapping[str, Any]) -> Iterator[OrderPage]:
        asked = {**filters, "sort": "dateCreated", "order": "asc"}
        if self._tax_mode:
            asked["order_tax_mode"] = self._tax_mode
        for answer in self._pages("OR11", "/api/orders", asked, OffsetPages(MOST_ORDERS), _count_orders):
            yield read_page(answer.json, tax_mode=self._tax_mode)

    def _list(self, code: str, path: str, name: str, schema: Any) -> Any:
        return read(code, schema, rows(self._get(code, path).json, name))


def _count_orders(answer: Answer) -> int:
    return len(rows(answer.json, "orders") or ())
