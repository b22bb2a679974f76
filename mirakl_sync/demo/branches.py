"""The other stores of the town: one of each kind of commerce system, each with a shop of its own on a marketplace.

They sell what is always there; the rush and everything special happens in the web shop. What they must show is that
every kind of store holds each sale once, at the very amounts, and that its parcels and numbers reach the marketplace.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.demo import counter
from mirakl_sync.demo.couriers import BELLE_MAISON, COLISSIMO, DHL, GLS, KONTOR, NORDMARKT, POSTNORD, UPS
from mirakl_sync.demo.day import CURVE, PAID_AFTER, Purchase
from mirakl_sync.demo.packing import ONE, TWO, Packing, packings, serials
from mirakl_sync.demo.town import EVERYDAY, POLL_STORE, Seller, catalogue, markets_and_web_shop, policy

# Of a hundred orders of the day in the web shop so many more come to each branch.
SHARE = 0.12
AT_LEAST = 6


@dataclass(frozen=True, slots=True)
class Branch:
    """A store of another kind and its one connection.

    ``sandbox`` is what the simulated server is told beside its goods; ``credentials`` maps ours to what the server
    announces; of ``settings`` those of ``ANNOUNCED`` are announced, too.
    """

    name: str
    kind: str
    label: str
    seller: Seller
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    ways: tuple[str, ...] = (ONE, ONE, TWO)
    # its sales are told to the planner
    planned: bool = False
    webhooks: bool = False


PLANNER, PLANNERS_WAREHOUSE = "planner", "WH-MAIN"
POLLED = {"look_after": 1, "poll_every": POLL_STORE}

BRANCHES = (
    Branch(
        "manor",
        "magento",
        "Magento",
        Seller("nordmarkt-manor", NORDMARKT, 2001, 0, policy("accept_first", "1.5s"), couriers=(UPS, DHL, POSTNORD)),
        credentials={
            "consumer_key": "consumer_key",
            "consumer_secret": "consumer_secret",
            "access_token": "token",
            "access_token_secret": "token_secret",
        },
        settings={**POLLED, "sources_every": 15, "generic_customer": "marketplaces@manor.example"},
        planned=True,
    ),
    Branch(
        "boutique",
        "shopify",
        "Shopify",
        Seller(
            "belle-maison-boutique",
            BELLE_MAISON,
            3101,
            0,
            policy("create_first", "1.5s") | {"customer": "proxy_email"},
            couriers=(COLISSIMO, UPS, GLS),
        ),
        credentials={"client_id": "client_id", "client_secret": "client_secret"},
        settings=POLLED,
        webhooks=True,
    ),
    Branch(
        "depot",
        "salesforce",
        "Salesforce Commerce Cloud",
        Seller(
            "kontor-depot",
            KONTOR,
            4202,
            0,
            policy("accept_first", "3.5s") | {"customer": "proxy_email"},
            couriers=(DHL, GLS, UPS),
        ),
        sandbox={"tracking_style": "json", "oms_exports_after": 3},
        credentials={
            "client_id": "client_id",
            "client_secret": "client_secret",
            "slas_client_id": "slas_client_id",
            "slas_client_secret": "slas_client_secret",
        },
        settings={
            **POLLED,
            "organization": "organization_id",
            "site": "site_id",
            "account_url": "url",
            "ocapi_url": "url",
            "inventory_list": "inventory_list_id",
            "parcels_attribute": "c_parcels",
        },
        planned=True,
    ),
)
# Settings whose value the server announces.
ANNOUNCED = ("organization", "site", "account_url", "ocapi_url", "inventory_list")


def goods() -> list[dict[str, Any]]:
    """What every branch sells."""
    return [product for product in catalogue() if product["sku"] in EVERYDAY]


def servers() -> list[dict[str, Any]]:
    """The entries of the branches and the planner in the sandbox's plan."""
    stores = [{"kind": branch.kind, "name": branch.name, **branch.sandbox, "products": goods()} for branch in BRANCHES]
    return [*stores, {"kind": "inventory_planner", "name": PLANNER, "warehouses": [PLANNERS_WAREHOUSE]}]


def sandbox_plan(seed: int, hot: int = counter.PIECES) -> dict[str, Any]:
    """The plan `python -m mirakl_sync.sandbox` opens: the town with all its branches."""
    plan = markets_and_web_shop(seed, hot)
    for server in plan["servers"]:
        if server["kind"] == "mirakl":
            server["shops"] += shops(server["name"])
    return {"servers": [*plan["servers"], *servers()]}


def shops(market: str) -> list[dict[str, Any]]:
    """The branches' seller accounts on a marketplace, for the sandbox's plan."""
    return [
        {"shop_id": branch.seller.shop_id, "offers": counter.offered(goods(), branch.seller.shop_id)}
        for branch in BRANCHES
        if branch.seller.market == market
    ]


def stores(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The tables of branches and planner in the connections file; ``told`` is what the sandbox announced, by name."""
    shops = {
        branch.name: {
            "platform": branch.kind,
            "url": told[branch.name]["url"],
            "credentials": {name: f"env:{secret_name(branch.name, name)}" for name in branch.credentials},
            "settings": {
                name: told[branch.name][value] if name in ANNOUNCED else value
                for name, value in branch.settings.items()
            },
        }
        for branch in BRANCHES
    }
    return {**shops, PLANNER: _planner(told[PLANNER])}


def _planner(told: Mapping[str, Any]) -> dict[str, Any]:
    drop = told["sftp"]
    return {
        "platform": "inventory_planner",
        "url": told["url"],
        "credentials": {name: f"env:{secret_name(PLANNER, name)}" for name in _planners_secrets(told)},
        "settings": {
            "way": "advanced_csv",
            "warehouse": PLANNERS_WAREHOUSE,
            "sftp_host": drop["host"],
            "sftp_port": drop["port"],
            "sftp_host_key": drop["host_key"],
            "every": 0,
        },
    }


def _planners_secrets(told: Mapping[str, Any]) -> dict[str, str]:
    drop = told["sftp"]
    return {
        "api_key": told["key"],
        "account": told["account"],
        "sftp_user": drop["user"],
        "sftp_password": drop["password"],
    }


def secrets(told: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What the file's secrets stand for."""
    shops = {
        secret_name(branch.name, name): str(told[branch.name][value])
        for branch in BRANCHES
        for name, value in branch.credentials.items()
    }
    planners = _planners_secrets(told[PLANNER])
    return {**shops, **{secret_name(PLANNER, name): str(value) for name, value in planners.items()}}


def secret_name(store: str, credential: str) -> str:
    """The name a credential's value stands under."""
    return f"{store}_{credential}".upper()


def planned(store: str) -> bool:
    """The planner plans for this store."""
    return any(branch.planned for branch in BRANCHES if branch.name == store)


def plan_branch(branch: Branch, orders: int, seconds: float, seed: int) -> list[Purchase]:
    """The orders of a branch's day, for a web shop that has ``orders``; equal arguments give equal days."""
    chance = random.Random(f"{branch.name} {seed}")
    numbers = serials(random.Random(f"numbers of {branch.name} {seed}"))
    packed = _packed(branch, chance, numbers)
    count = max(AT_LEAST, round(orders * SHARE))
    # the last ones early enough to leave before the day is over, whoever is slow
    moments = sorted(_moment(chance) * seconds * 0.9 for _ in range(count))
    return [_purchase(branch, at, chance, next(packed)) for at in moments]


def _packed(branch: Branch, chance: random.Random, numbers: Iterator[int]) -> Iterator[Packing]:
    return (each for each in packings(branch.seller, chance, numbers) if each.way in branch.ways)


def _purchase(branch: Branch, at: float, chance: random.Random, packing: Packing) -> Purchase:
    skus = chance.sample(EVERYDAY, chance.choice((1, 1, 2, 3)))
    lines = [{"sku": sku, "quantity": chance.choice((1, 1, 2))} for sku in skus]
    options = {"lines": lines, "payment_seconds": chance.uniform(*PAID_AFTER)}
    return Purchase(at, branch.seller, "", options, packing=packing)


def _moment(chance: random.Random) -> float:
    hour = chance.choices(range(len(CURVE)), CURVE)[0]
    return (hour + chance.random()) / len(CURVE)
