"""The town the demonstration plays in: three marketplaces with different rules, one shop, and what joins them.

Time is compressed by the marketplaces' own rules (short windows, quick payments, frequent calls allowed), never by our
clock: the program runs exactly as it does against real ones. What cannot be compressed is a call's way over a busy
machine, so our connections ask half a second to a second less often than the marketplaces allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.demo import counter
from mirakl_sync.demo.couriers import (
    BELLE_MAISON,
    CHRONOPOST,
    COLISSIMO,
    DHL,
    GLS,
    KONTOR,
    LISTS,
    NORDMARKT,
    POSTNORD,
    ROYAL_MAIL,
    UPS,
    VELO,
    Courier,
    codes_on,
)
from mirakl_sync.demo.findings import Ways

STORE = "webshop"
# The shop signs its webhooks with it. A sandbox on loopback that lives a minute has nothing to hide.
WEBHOOK_SECRET = "demo-webhook-secret"  # noqa: S105
POLL_STORE = 5

GOODS = 40
# Of these the shop holds one piece each; the marketplaces believe in more. Enough for the longest day.
SCARCE = 130
EVERYDAY = tuple(f"SKU-{n}" for n in range(1, GOODS + 1))


def catalogue(hot: int = counter.PIECES) -> list[dict[str, Any]]:
    """What is sold at the same price everywhere: plenty without a question, last pieces, and ``hot`` of one article
    that everybody wants."""
    goods = [
        {"sku": f"SKU-{n}", "price": round(9.90 + 7.5 * n, 2), "quantity": 9000, "title": f"Article {n}"}
        for n in range(1, GOODS + 1)
    ]
    scarce = [
        {"sku": f"SCARCE-{n}", "price": 49.90, "quantity": 1, "title": f"Last piece {n}"} for n in range(1, SCARCE + 1)
    ]
    rush = {"sku": counter.HOT, "price": counter.HOT_PRICE, "quantity": hot, "title": "What everybody wants"}
    return [*goods, *scarce, rush]


@dataclass(frozen=True, slots=True)
class Seller:
    """One shop of ours on a marketplace, and how its connection shall behave."""

    key: str
    market: str
    shop_id: int
    share: float  # of all orders
    policy: dict[str, Any] = field(default_factory=dict)
    shipping: dict[str, Any] = field(default_factory=dict)
    # who carries its parcels: those the marketplace knows, one under another name than it has there, one of no list
    couriers: tuple[Courier, ...] = (UPS,)
    unmapped: Courier | None = None
    stranger: Courier | None = None

    @property
    def by_shipment(self) -> bool:
        """Its marketplace is told of every parcel by itself."""
        return by_shipment(self.market)


@dataclass(frozen=True, slots=True)
class Market:
    """A marketplace: what the sandbox makes of it, and what our row about it says."""

    name: str
    title: str
    sandbox: dict[str, Any]
    rules: dict[str, Any]
    caller: str = "default"


def policy(accept: str, poll_every: str) -> dict[str, Any]:
    """How orders are answered here: fast, because the day is short."""
    return {
        "accept": accept,
        "poll_every": poll_every,
        "last_call": "20s",
        "proof_fresh": "10s",
        "unanswered": "refuse",
        "commission_target": "marketplace_commission",
    }


# A person has so long to enter a number before the marketplace is told without one.
PATIENT = {"number_patience": "4s"}
# Lists are read once a day; a person may read them again, and a refused carrier makes us do so.
LIST_LIMITS = {operation: {"calls": 1, "seconds": 4} for operation in ("SH12", "SH21", "ST12")}
MORE_LIMITS = LIST_LIMITS | counter.LIMITS
OUR_MORE_LIMITS = dict.fromkeys(LIST_LIMITS, "5s") | counter.OUR_LIMITS
STANDARD = {"code": "STD", "label": "Standard", "mandatory_tracking": False, "standard_code": "CU_ADD-STD"}
TRACKED = {"code": "STD-FR", "label": "Livraison suivie", "mandatory_tracking": True, "standard_code": "CU_ADD-STD"}

MARKETS = (
    Market(
        NORDMARKT,
        "Nordmarkt",
        sandbox={
            "workflow": "PAY_ON_ACCEPTANCE",
            "acceptance_window": {"seconds": 120},
            "disable_seller_alternative_carrier": True,
            "carriers": LISTS[NORDMARKT],
            "shipping_types": [STANDARD],
            "limits": {"OR11": {"calls": 1, "seconds": 1}, "OR04": {"calls": 1, "seconds": 2}, **MORE_LIMITS},
            **counter.PACE,
        },
        rules={"window": "120s", "call_limits": {"OR11": "1.5s", "OR04": "3s", **OUR_MORE_LIMITS}},
    ),
    Market(
        BELLE_MAISON,
        "Belle Maison",
        sandbox={
            "timezone": "Europe/Paris",
            "acceptance_window": {"working_days": 2},
            "line_ids": "numeric",
            "addresses_before_acceptance": True,
            "partial_acceptance": False,
            "order_tax_mode": "TAX_EXCLUDED",
            "multi_shipment": True,
            "carriers": LISTS[BELLE_MAISON],
            "shipping_types": [TRACKED, STANDARD],
            "limits": {"OR11": {"calls": 1, "seconds": 1}, "OR04": {"calls": 1, "seconds": 2}, **MORE_LIMITS},
            **counter.PACE,
        },
        rules={
            "window": {"working_days": 2, "timezone": "Europe/Paris"},
            "call_limits": {"OR11": "1.5s", "OR04": "3s", **OUR_MORE_LIMITS},
        },
    ),
    Market(
        KONTOR,
        "Kontor B2B",
        sandbox={
            "profile": "external_partner",
            "workflow": "PAY_ON_DUE_DATE",
            "order_acceptance": "BOTH",
            "staging_seconds": 2,
            "acceptance_window": {"seconds": 120},
            "carriers": LISTS[KONTOR],
            "shipping_types": [STANDARD],
            "limits": {"OR11": {"calls": 1, "seconds": 3}, "OR04": {"calls": 1, "seconds": 2}, **MORE_LIMITS},
            **counter.PACE,
        },
        rules={"window": "120s", "call_limits": {"OR11": "3.5s", "OR04": "3s", **OUR_MORE_LIMITS}},
        caller="external_partner",
    ),
)

SELLERS = (
    Seller(
        "nordmarkt-webshop",
        NORDMARKT,
        2000,
        0.45,
        policy("accept_first", "1.5s"),
        PATIENT,
        couriers=(UPS, DHL, POSTNORD),
        unmapped=ROYAL_MAIL,
        stranger=VELO,
    ),
    Seller(
        "belle-maison-webshop",
        BELLE_MAISON,
        3100,
        0.30,
        policy("create_first", "1.5s"),
        PATIENT,
        couriers=(COLISSIMO, CHRONOPOST, UPS, GLS),
        unmapped=ROYAL_MAIL,
    ),
    Seller(
        "kontor-webshop",
        KONTOR,
        4200,
        0.17,
        policy("accept_first", "3.5s"),
        PATIENT | {"unmapped_carrier": "send_by_name"},
        couriers=(DHL, GLS, UPS),
        stranger=VELO,
    ),
    # the marketplace accepts this one's orders by itself
    Seller(
        "kontor-auto-webshop",
        KONTOR,
        4201,
        0.08,
        policy("accept_first", "3.5s"),
        PATIENT,
        couriers=(DHL, GLS, UPS),
    ),
)
# Said by a person in the afternoon, for everybody who sells where it is known under another name.
MAPPED_LATER, MAPPED_AT = ROYAL_MAIL, 0.7


def by_shipment(market: str) -> bool:
    """The marketplace knows several shipments of an order."""
    return next(bool(each.sandbox.get("multi_shipment")) for each in MARKETS if each.name == market)


def ways() -> Mapping[str, Ways]:
    """How each marketplace is to be told of parcels: what the judge holds us to."""
    return {market.name: Ways(by_shipment(market.name), codes_on(market.name)) for market in MARKETS}


def markets_and_web_shop(seed: int, hot: int = counter.PIECES) -> dict[str, Any]:
    """A sandbox plan of the marketplaces and the web shop; ``hot`` pieces of the hot SKU are on the shelf."""
    goods = catalogue(hot)
    markets = [
        {"kind": "mirakl", "name": market.name, "seed": seed, **market.sandbox, "shops": _shops(market, goods)}
        for market in MARKETS
    ]
    return {"servers": [*markets, {"kind": "woocommerce", "name": STORE, "tracking_plugin": "ast", "products": goods}]}


def _shops(market: Market, goods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "shop_id": seller.shop_id,
            "offers": counter.offered(goods, seller.shop_id),
            "automatic_acceptance": "auto" in seller.key,
        }
        for seller in SELLERS
        if seller.market == market.name
    ]
