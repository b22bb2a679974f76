"""A colleague says in the middle of the day what a carrier's name means; how long its parcels then needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mirakl_sync.db.transaction import Database
from mirakl_sync.demo.ours import mapped_at, orders_of
from mirakl_sync.demo.town import MAPPED_LATER, SELLERS, Seller


@dataclass(frozen=True, slots=True)
class Release:
    """A name was mapped ``at`` this moment; ``parcels`` waited for it: tracking number → order."""

    market: str
    at: datetime
    parcels: Mapping[str, str]


@dataclass
class Colleague:
    """Types `mirakl-sync carriers map` for every connection whose marketplace knows the carrier by another name.

    A command that fails is typed again: a killed broker or a busy database is no reason to give up.
    """

    db: Database
    environ: Mapping[str, str]
    who: str
    released: list[Release] = field(default_factory=list)
    failures: int = 0
    _typed: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _left: list[Seller] = field(default_factory=lambda: [one for one in SELLERS if one.unmapped is MAPPED_LATER])

    @property
    def done(self) -> bool:
        """Everything has been said."""
        return not self._left

    def act(self) -> list[str]:
        """Type the next command, or read what the last one answered; answers it in words."""
        if self.done:
            return []
        seller = self._left[0]
        command = self._typed.get(seller.key)
        if command is None:
            self._typed[seller.key] = self._type(seller)
            return []
        if command.poll() is None:
            return []
        del self._typed[seller.key]
        told, complaint = command.communicate()
        if command.returncode:
            self.failures += 1
            return [f"! {self.who} tries again to map {MAPPED_LATER.name}: {complaint.strip()[-200:]}"]
        self._left.remove(seller)
        answer = json.loads(told)
        at = mapped_at(self.db, seller.key, MAPPED_LATER.name)
        self.released.append(Release(seller.market, at, orders_of(self.db, answer["parcels"])))
        return [f"! {self.who} at {seller.key}: {answer['sentence']}"]

    def stop(self) -> None:
        """Leave no command running."""
        for command in self._typed.values():
            command.kill()
            command.communicate()
        self._typed.clear()

    def _type(self, seller: Seller) -> subprocess.Popen[str]:
        said = [seller.key, MAPPED_LATER.name, MAPPED_LATER.codes[seller.market]]
        command = [sys.executable, "-m", "mirakl_sync", "carriers", "map", *said, "--enqueue", "--json"]
        return subprocess.Popen(  # noqa: S603 - our own command, our own words
            [*command, "--who", self.who],
            env=dict(self.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def told_after(releases: Sequence[Release], books: Mapping[str, Mapping[str, Any]]) -> tuple[int, float]:
    """How many parcels were released, and how many seconds later the last of those that were told was told.

    Both clocks are this machine's: the sandbox's dates are as good as ours.
    """
    seconds = [0.0]
    for release in releases:
        orders = {order["order_id"]: order for order in books[release.market]["orders"]}
        for number, order_id in release.parcels.items():
            told = shipped_at(orders[order_id], number)
            if told is not None:
                seconds.append((told - release.at).total_seconds())
    return sum(len(release.parcels) for release in releases), max(seconds)


def shipped_at(order: Mapping[str, Any], number: str) -> datetime | None:
    """When the marketplace counted a parcel as shipped: its shipment, or its whole order."""
    of_parcel = (
        shipment["shipped_at"]
        for shipment in order["shipments"]
        if any(tracking["tracking_number"] == number for tracking in shipment["trackings"])
    )
    at = next(of_parcel, order["shipped_at"])
    return None if at is None else datetime.fromisoformat(at)
