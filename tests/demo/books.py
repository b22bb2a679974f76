"""Books as the sandbox keeps them, of a day on which nothing went wrong; tests break them on purpose."""

from __future__ import annotations

import copy
from typing import Any

A_LINE = {
    "id": "N-1-A-1",
    "sku": "MUG",
    "quantity": 2,
    "state": "SHIPPING",
    "price": "25.00",
    "shipping_price": "4.90",
}
AN_ORDER: dict[str, Any] = {
    "order_id": "N-1-A",
    "shop_id": 2000,
    "state": "SHIPPING",
    "accept_by": "2026-03-02T12:01:30Z",
    "accepted_at": "2026-03-02T12:00:01Z",
    "accepted_by": "shop",
    "acceptances": 1,
    "answer_calls": 1,
    "refused_by": None,
    "cancelled_by": None,
    "fulfillment_center": "DEFAULT",
    "reference_for_seller": "11",
    "currency": "EUR",
    "lines": [A_LINE],
}
A_SHOP_ORDER: dict[str, Any] = {
    "id": 11,
    "number": "11",
    "status": "processing",
    "total": "29.90",
    "currency": "EUR",
    "lines": [{"sku": "MUG", "quantity": 2}],
}


def order(**changed: Any) -> dict[str, Any]:
    """A placed order of the marketplace's books."""
    return {**copy.deepcopy(AN_ORDER), **changed}


def unanswered(state: str = "WAITING_ACCEPTANCE", **changed: Any) -> dict[str, Any]:
    """An order nobody has answered."""
    nobody = {"accepted_at": None, "accepted_by": None, "acceptances": 0, "answer_calls": 0}
    return order(state=state, reference_for_seller=None, **{**nobody, **changed})


def market(*orders: dict[str, Any], over_limit: dict[str, int] | None = None) -> dict[str, Any]:
    """A marketplace's books."""
    late = [one["order_id"] for one in orders if one["refused_by"] == "timeout"]
    return {"orders": list(orders), "late": late, "totals": {"over_limit": over_limit or {}}}


def shop_order(**changed: Any) -> dict[str, Any]:
    """The shop's order that stands for it."""
    return {**copy.deepcopy(A_SHOP_ORDER), **changed}


def shop(*orders: dict[str, Any], reference: str = "2000/N-1-A", mails: tuple[dict[str, Any], ...] = ()) -> Any:
    """The shop's books: all these orders stand for one sale, unless they are dead."""
    living = [one["id"] for one in orders if one["status"] not in ("cancelled", "failed", "trash")]
    return {"orders": list(orders), "by_reference": {reference: living} if living else {}, "mails": list(mails)}
