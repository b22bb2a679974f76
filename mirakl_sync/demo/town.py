"""The town the demonstration plays in: three marketplaces with different rules, one shop, and what joins them.

Time is compressed by the marketplaces' own rules (short windows, quick payments, frequent calls allowed), never by our
clock: the program runs exactly as it does against real ones. What cannot be compressed is a call's way over a busy
machine, so our connections ask half a second to a second less often than the marketplaces allow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STORE = "webshop"
# The shop signs its webhooks with it. A sandbox on loopback that lives a minute has nothing to hide.
WEBHOOK_SECRET = "demo-webhook-secret"  # noqa: S105
POLL_STORE = 5

GOODS = 40
# Of these the shop holds one piece each; the marketplaces believe in more. Enough for the longest day.
SCARCE = 130


def catalogue() -> list[dict[str, Any]]:
    """What is sold without a question: plenty of it, at the same price everywhere."""
    goods = [
        {"sku": f"SKU-{n}", "price": round(9.90 + 7.5 * n, 2), "quantity": 9000, "title": f"Article {n}"}
        for n in range(1, GOODS + 1)
    ]
    scarce = [
        {"sku": f"SCARCE-{n}", "price": 49.90, "quantity": 1, "title": f"Last piece {n}"} for n in range(1, SCARCE + 1)
    ]
    return goods + scarce


@dataclass(frozen=True, slots=True)
class Seller:
    """One shop of ours on a marketplace, and how its connection shall behave."""

    key: str
    market: str
    shop_id: int
    share: float  # of all orders
    policy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Market:
    """A marketplace: what the sandbox makes of it, and what our row about it says."""

    name: str
    title: str
    sandbox: dict[str, Any]
    rules: dict[str, Any]
    caller: str = "default"


def _policy(accept: str, poll_every: str) -> dict[str, Any]:
    return {
        "accept": accept,
        "poll_every": poll_every,
        "last_call": "20s",
        "proof_fresh": "10s",
        "unanswered": "refuse",
        "commission_target": "marketplace_commission",
    }


MARKETS = (
    Market(
        "nordmarkt",
        "Nordmarkt",
        sandbox={
            "workflow": "PAY_ON_ACCEPTANCE",
            "acceptance_window": {"seconds": 120},
            "limits": {"OR11": {"calls": 1, "seconds": 1}, "OR04": {"calls": 1, "seconds": 2}},
        },
        rules={"window": "120s", "call_limits": {"OR11": "1.5s", "OR04": "3s"}},
    ),
    Market(
        "belle-maison",
        "Belle Maison",
        sandbox={
            "timezone": "Europe/Paris",
            "acceptance_window": {"working_days": 2},
            "line_ids": "numeric",
            "addresses_before_acceptance": True,
            "partial_acceptance": False,
            "order_tax_mode": "TAX_EXCLUDED",
            "limits": {"OR11": {"calls": 1, "seconds": 1}, "OR04": {"calls": 1, "seconds": 2}},
        },
        rules={
            "window": {"working_days": 2, "timezone": "Europe/Paris"},
            "call_limits": {"OR11": "1.5s", "OR04": "3s"},
        },
    ),
    Market(
        "kontor-b2b",
        "Kontor B2B",
        sandbox={
            "profile": "external_partner",
            "workflow": "PAY_ON_DUE_DATE",
            "order_acceptance": "BOTH",
            "staging_seconds": 2,
            "acceptance_window": {"seconds": 120},
            "limits": {"OR11": {"calls": 1, "seconds": 3}, "OR04": {"calls": 1, "seconds": 2}},
        },
        rules={"window": "120s", "call_limits": {"OR11": "3.5s", "OR04": "3s"}},
        caller="external_partner",
    ),
)

SELLERS = (
    Seller("nordmarkt-webshop", "nordmarkt", 2000, 0.45, _policy("accept_first", "1.5s")),
    Seller("belle-maison-webshop", "belle-maison", 3100, 0.30, _policy("create_first", "1.5s")),
    Seller("kontor-webshop", "kontor-b2b", 4200, 0.17, _policy("accept_first", "3.5s")),
    # the marketplace accepts this one's orders by itself
    Seller("kontor-auto-webshop", "kontor-b2b", 4201, 0.08, _policy("accept_first", "3.5s")),
)


def sandbox_plan(seed: int) -> dict[str, Any]:
    """The plan `python -m mirakl_sync.sandbox` opens."""
    markets = [
        {"kind": "mirakl", "name": market.name, "seed": seed, **market.sandbox, "shops": _shops(market)}
        for market in MARKETS
    ]
    return {"servers": [*markets, {"kind": "woocommerce", "name": STORE, "products": catalogue()}]}


def _shops(market: Market) -> list[dict[str, Any]]:
    """Marketplaces believe in more than the shop has: 50 of every last piece."""
    offers = [{**product, "quantity": max(50, product["quantity"])} for product in catalogue()]
    return [
        {"shop_id": seller.shop_id, "offers": offers, "automatic_acceptance": "auto" in seller.key}
        for seller in SELLERS
        if seller.market == market.name
    ]
