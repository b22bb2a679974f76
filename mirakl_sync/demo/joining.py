"""The connections file of the demonstration, applied like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mirakl_sync.connections.apply import apply
from mirakl_sync.connections.file import read_wanted
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.demo import branches, counter
from mirakl_sync.demo.town import MARKETS, POLL_STORE, SELLERS, STORE, WEBHOOK_SECRET, Seller

Servers = Mapping[str, Mapping[str, Any]]
WHO = "demo"


def join(tx: Transaction, servers: Servers, now: datetime) -> None:
    """Write marketplaces, shops, the store and the connections. ``servers``: name → what the sandbox announced."""
    secrets = {
        "CONSUMER_KEY": servers[STORE]["consumer_key"],
        "CONSUMER_SECRET": servers[STORE]["consumer_secret"],
        "WEBHOOK_SECRET": WEBHOOK_SECRET,
        **branches.secrets(servers),
        **{seller.key.upper(): _key(servers[seller.market], seller.shop_id) for seller, _ in _joined()},
    }
    apply(tx, read_wanted(wanted(servers), secrets), WHO, now)


def wanted(servers: Servers) -> dict[str, Any]:
    """What the file would say; secrets by name."""
    return {
        "marketplace": {
            market.name: {
                "name": market.title,
                "url": servers[market.name]["url"],
                "caller": market.caller,
                **market.rules,
            }
            for market in MARKETS
        },
        "store": {
            STORE: {
                "platform": "woocommerce",
                "url": servers[STORE]["url"],
                "credentials": {
                    "consumer_key": "env:CONSUMER_KEY",
                    "consumer_secret": "env:CONSUMER_SECRET",
                    "webhook_secret": "env:WEBHOOK_SECRET",
                },
                "settings": {"look_after": 1, "poll_every": POLL_STORE},
            },
            **branches.stores(servers),
        },
        "connection": {
            seller.key: {
                "marketplace": seller.market,
                "shop": str(seller.shop_id),
                "store": store,
                "api_key": f"env:{seller.key.upper()}",
                "orders": seller.policy,
                "shipments": seller.shipping,
                "stock": counter.POLICY,
                **({"planner": branches.PLANNER} if branches.planned(store) else {}),
            }
            for seller, store in _joined()
        },
    }


def _joined() -> list[tuple[Seller, str]]:
    """Every seller with the store behind it."""
    web_shop = [(seller, STORE) for seller in SELLERS]
    return web_shop + [(branch.seller, branch.name) for branch in branches.BRANCHES]


def _key(server: Mapping[str, Any], shop_id: int) -> str:
    return next(str(shop["key"]) for shop in server["shops"] if shop["shop_id"] == shop_id)
