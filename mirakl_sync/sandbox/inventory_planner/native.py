"""What a natively connected Shopify tells by itself: its variants, their stock, and everything it sells.

Orders a connector makes in that shop are among them. Whoever sends those by file as well has counted them twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.inventory_planner.model import Listing, Sale, Stock
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.values import moment


def take_native(planner: Planner, sent: dict[str, Any]) -> dict[str, int]:
    """Takes in what a shop tells, and computes everything anew.

    `shop` (the first when absent); `orders`: each with `order`, `lines` of `sku`, `quantity`, `price`, and optionally
    `reference` and `channel` (what the marketplace calls it), `date`, `currency`, `cancelled`; `stock`: {sku: pieces}.
    An order that comes again replaces what was known of it.
    """
    source = _source(planner, sent.get("shop"))
    warehouse = planner.settings.warehouse_id(source)
    with planner.lock:
        now = planner.clock.now()
        for sku, pieces in sent.get("stock", {}).items():
            planner.store.save_stock(_listing(planner, source, sku), warehouse, Stock(float(pieces), now), now)
        lines = 0
        for order in sent.get("orders", []):
            for position, line in enumerate(order["lines"], 1):
                lines += 1
                planner.store.save_sale(
                    _listing(planner, source, line["sku"]),
                    Sale(
                        source,
                        str(order["order"]),
                        str(line.get("id", position)),
                        line["sku"],
                        warehouse,
                        float(line["quantity"]),
                        Decimal(str(line.get("price", "0"))),
                        order.get("currency", planner.settings.currency),
                        moment(order["date"]) or now if order.get("date") else now,
                        cancelled=bool(order.get("cancelled")),
                        reference=str(order.get("reference", "")),
                        reference2=str(order.get("channel", "")),
                    ),
                )
        planner.recalculate()
    return {"orders": len(sent.get("orders", [])), "lines": lines}


def _source(planner: Planner, shop: str | None) -> str:
    shops = planner.settings.native_shopify
    if not shops or (shop or shops[0]) not in shops:
        raise BadRequest(f"no such shop is connected natively; connected: {', '.join(shops) or 'none'}")
    return f"native:{shop or shops[0]}"


def _listing(planner: Planner, source: str, sku: str) -> Listing:
    known = planner.store.listings.get((source, sku))
    if known is None:
        known = Listing(source, sku, sku, title=sku, product_id=sku)
        planner.store.save_listing(known)
    return known
