"""A whole sandbox from a plan: several marketplaces and shops, each a server of its own.

A plan is {"servers": [entry, …]}; an entry has `kind`, `name`, `port` (0 = any) and what its kind knows.
Every kind is a package here with `from_plan(entry) -> (Flask app, access)`, where access holds what a client
must know: keys, shop ids.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.server import Running, serve

KINDS = {
    "inventory_planner": "mirakl_sync.sandbox.inventory_planner",
    "magento": "mirakl_sync.sandbox.magento",
    "mirakl": "mirakl_sync.sandbox.mirakl",
    "salesforce": "mirakl_sync.sandbox.salesforce",
    "shopify": "mirakl_sync.sandbox.shopify",
    "woocommerce": "mirakl_sync.sandbox.woocommerce",
}

CATALOGUE = [
    {"sku": f"SKU-{number}", "price": 9.90 + 10 * number, "quantity": 1000, "title": f"Article {number}"}
    for number in range(1, 41)
]

DEFAULT_PLAN: dict[str, Any] = {
    "servers": [
        {"kind": "mirakl", "name": "nordmarkt", "shops": [{"shop_id": 2000, "offers": CATALOGUE}]},
        {
            "kind": "mirakl",
            "name": "belle-maison",
            "timezone": "Europe/Paris",
            "acceptance_window": {"working_days": 2},
            "line_ids": "numeric",
            "addresses_before_acceptance": True,
            "partial_acceptance": False,
            "order_tax_mode": "TAX_EXCLUDED",
            "multi_shipment": True,
            "shops": [{"shop_id": 3100, "offers": CATALOGUE}],
        },
        {
            "kind": "mirakl",
            "name": "kontor-b2b",
            "profile": "external_partner",
            "workflow": "PAY_ON_DUE_DATE",
            "staging_seconds": 30,
            "disable_seller_alternative_carrier": True,
            "shops": [{"shop_id": 4200, "offers": CATALOGUE}, {"shop_id": 4201, "offers": CATALOGUE}],
        },
        {"kind": "woocommerce", "name": "webshop", "tracking_plugin": "ast", "products": CATALOGUE},
    ]
}


@dataclass(frozen=True)
class Sandbox:
    """All servers of a plan, running."""

    servers: list[dict[str, Any]]  # name, kind, url, and the access each kind gives
    running: list[Running]

    def stop(self) -> None:
        """Stop every server."""
        for server in self.running:
            server.stop()

    def __getitem__(self, name: str) -> dict[str, Any]:
        return next(server for server in self.servers if server["name"] == name)


def open_sandbox(plan: dict[str, Any] | None = None, host: str = "127.0.0.1") -> Sandbox:
    """Start every server of `plan` (the default plan when None); return addresses and keys."""
    opened = Sandbox([], [])
    try:
        for entry in (plan or DEFAULT_PLAN)["servers"]:
            _open(entry, host, opened)
    except Exception:
        opened.stop()
        raise
    return opened


def _open(entry: dict[str, Any], host: str, opened: Sandbox) -> None:
    if entry.get("kind") not in KINDS:
        raise ValueError(f"unknown kind of server {entry.get('kind')!r}; known: {', '.join(KINDS)}")
    app, access = importlib.import_module(KINDS[entry["kind"]]).from_plan(entry)
    running = serve(app, host, entry.get("port", 0))
    opened.running.append(running)
    opened.servers.append({"name": entry["name"], "kind": entry["kind"], "url": running.url, **access})
