"""Trouble on demand: calls that go wrong in every way, webhooks astray, workers and broker killed outright."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.demo.remote import Remote
from mirakl_sync.demo.town import MARKETS, STORE
from mirakl_sync.embedded.supervisor import Supervisor
from mirakl_sync.embedded.up import BROKER

WORKERS = ("acceptance", "orders", "shipments", "stock", "webhooks", "upkeep", "beat")
KILL_EVERY = 8.0
BROKER_DIES_AT = (0.35, 0.7)  # shares of the day

# Calls without a published limit: an answer that comes late would be counted against the next call of a limited one.
_OF_ORDERS = r"PUT /api/orders/.+/(accept|tracking|ship)$"
_OF_SHIPMENTS = r"(GET|POST|PUT) /api/shipments(/tracking|/ship)?$"
FREE = rf"^({_OF_ORDERS}|{_OF_SHIPMENTS}|(GET|POST|PUT) /wp-json/)"
# A write that is done late. Not OR23 and ST23: what they tell replaces what was told, and nobody could say which of two
# numbers came last.
WRITES = r"^(PUT /api/orders/.+/(accept|ship)$|POST /api/shipments$|PUT /api/shipments/ship$|(POST|PUT) /wp-json/)"
SHIPPING = r"^(PUT /api/orders/.+/(tracking|ship)$|(GET|POST|PUT) /api/shipments)"
STOCK = r"^(GET|POST) /api/offers/(stock/imports|export/async)"

# What goes wrong and how often, together about a third of the calls. Shares of ``light`` are a third of these.
TROUBLES: tuple[dict[str, Any], ...] = (
    {"what": "fail", "chance": 0.06, "status": 503},
    {"what": "fail", "chance": 0.03, "status": 503, "retry_after": 1},
    {"what": "fail_after", "chance": 0.06, "status": 502},
    {"what": "lose_answer", "chance": 0.06},
    {"what": "drop", "chance": 0.05},
    {"what": "odd_json", "chance": 0.03},
    {"what": "truncated", "chance": 0.04},
    {"what": "late", "chance": 0.04, "seconds": 1.5, "match": WRITES},
    {"what": "slow", "chance": 0.05, "seconds": 1.5, "match": FREE},
    {"what": "fail", "chance": 0.04, "status": 429, "retry_after": 1, "match": SHIPPING},
    {"what": "fail", "chance": 0.04, "status": 429, "retry_after": 1, "match": STOCK},
)
# Stock files that take long are slow on the marketplace's side, after an answer in time: so many, so many seconds.
SLOW_FILES, FILE_TAKES = 6, 5.0
WEBHOOKS = {"duplicate": 0.2, "reorder": 0.2, "lose": 0.15}
MARKET_NAMES = frozenset(market.name for market in MARKETS)
SHARE = {"none": 0.0, "light": 1 / 3, "heavy": 1.0}


def rules(level: str) -> list[dict[str, Any]]:
    """The sandbox's rules for a level of trouble."""
    share = SHARE[level]
    return [{**trouble, "chance": trouble["chance"] * share} for trouble in TROUBLES] if share else []


def parcel_rules(level: str) -> list[dict[str, Any]]:
    """Those of them that concern what is told of parcels, and nothing else."""
    return [{**rule, "match": f"(?={SHIPPING}){rule.get('match', '')}"} for rule in rules(level)]


def begin(servers: Mapping[str, Remote], level: str, seed: int) -> None:
    """Let calls and webhooks go wrong from now on."""
    for number, server in enumerate(servers.values()):
        # each its own luck: with one seed for all, a bad streak would be everybody's at the same moment
        server.post("trouble", {"seed": 100 * seed + number, "rules": rules(level)})
    share = SHARE[level]
    for name, server in servers.items():
        if name in MARKET_NAMES:
            server.post("imports/slow", {"seconds": FILE_TAKES, "times": round(SLOW_FILES * share)})
    servers[STORE].post("webhooks", {name: chance * share for name, chance in WEBHOOKS.items()})


def count(servers: Mapping[str, Remote]) -> tuple[int, int]:
    """How many calls went wrong, and of how many, since the storm began."""
    shown = [server.get("trouble")["rules"] for server in servers.values()]
    # the first rule is offered every call
    return sum(rule["fired"] for each in shown for rule in each), sum(each[0]["seen"] for each in shown if each)


def abate(servers: Mapping[str, Remote], level: str, seed: int) -> None:
    """The shop is calm again and orders are; the warehouse closes its day in the rest of the storm."""
    end(servers)
    for number, (name, server) in enumerate(servers.items()):
        if name in MARKET_NAMES:
            server.post("trouble", {"seed": 1000 * seed + number, "rules": parcel_rules(level)})


def end(servers: Mapping[str, Remote]) -> None:
    """Calm again."""
    begin(servers, "none", 0)


@dataclass
class Killer:
    """Kills a worker every few seconds, one after the other in a shuffled round, and the broker twice a day; the
    supervisor starts them again."""

    supervisor: Supervisor
    seconds: float
    chance: random.Random
    kills: int = 0
    broker_kills: int = 0
    _round: list[str] = field(default_factory=list)

    def act(self, now: float) -> str:
        """Do what is due at ``now`` seconds of the day; answers whom it hit, or nothing."""
        if self.broker_kills < len(BROKER_DIES_AT) and now >= BROKER_DIES_AT[self.broker_kills] * self.seconds:
            self.broker_kills += 1
            self.supervisor.kill(BROKER)
            return "the broker"
        if now >= (self.kills + 1) * min(KILL_EVERY, self.seconds / 3):
            self.kills += 1
            self._round = self._round or self.chance.sample(WORKERS, len(WORKERS))
            name = self._round.pop()
            self.supervisor.kill(name)
            return f"the {name} process"
        return ""
