"""OF21 and OF22: offers page by page, or one. No filter by date: this is no way to follow changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request

from mirakl_sync.sandbox.mirakl import queries
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.offer_store import ORDERS
from mirakl_sync.sandbox.mirakl.offer_views import shown
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal


def list_offers(call: Call) -> Response:
    """OF21: active and inactive ones; `sku` and `product_id` mean exactly this one."""
    size, offset = queries.page()
    found = _found(call)
    page = [shown(offer, call.tenant.settings) for offer in found[offset : offset + size]]
    answer = jsonify({"offers": page, "total_count": len(found)})
    links = queries.page_links(size, offset, len(found))
    if links:
        answer.headers["Link"] = links
    return answer


def one_offer(call: Call, offer_id: str) -> dict[str, Any]:
    """OF22."""
    offer = call.tenant.offers[call.shop_id].by_id(int(offer_id)) if offer_id.isdecimal() else None
    if offer is None:
        raise Refusal(404, f"Offer with identifier '{offer_id}' not found")
    return shown(offer, call.tenant.settings)


def _found(call: Call) -> Sequence[Offer]:
    offers = call.tenant.offers[call.shop_id]
    sku, product, favorite = request.args.get("sku"), request.args.get("product_id"), queries.truth("favorite")
    states = queries.listed("offer_state_codes")
    sort = queries.chosen("sort", tuple(ORDERS)) or "totalPrice"
    descending = queries.chosen("order", ("asc", "desc")) == "desc"
    if sku is not None:
        one = offers.get(sku)
        found: Sequence[Offer] = [] if one is None else [one]
    else:
        found = offers.sorted_by(sort, descending)
    if product is None and states is None and not favorite:
        return found
    return [
        offer
        for offer in found
        if (product is None or offer.product_sku == product)
        and (states is None or offer.state_code in states)
        and (not favorite or offer.favorite_rank is not None)
    ]
