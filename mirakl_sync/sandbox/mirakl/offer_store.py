"""The offers of one shop, up to a million: by SKU, by id, by price, and by the moment they last changed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from mirakl_sync.sandbox.mirakl.offer_model import Offer

ORDERS: dict[str, Callable[[Offer], Any]] = {  # OF21: the words of `sort`
    "totalPrice": lambda offer: (offer.price, offer.offer_id),
    "price": lambda offer: (offer.price, offer.offer_id),
    "productTitle": lambda offer: (offer.title, offer.price, offer.offer_id),
}


class ShopOffers:
    """Reads like a dict by SKU of the offers there are; deleted ones are only found by id and by time."""

    def __init__(self) -> None:
        self._alive: dict[str, Offer] = {}
        self._all: list[Offer] = []  # deleted ones included, by rising id
        self._masses: list[tuple[int, int, int]] = []  # (moment, from, to): places of `_all` born together
        self._moments = array("q")  # rising; beside each the offer that changed then
        self._changed: list[Offer] = []
        self._sorted: dict[tuple[str, bool], list[Offer]] = {}
        self._in_order: list[Offer] | None = None

    def __len__(self) -> int:
        return len(self._alive)

    def __iter__(self) -> Iterator[str]:
        return iter(self._alive)

    def __getitem__(self, sku: str) -> Offer:
        return self._alive[sku]

    def __contains__(self, sku: object) -> bool:
        return sku in self._alive

    def get(self, sku: str) -> Offer | None:
        """The offer of this SKU, as long as it is not deleted."""
        return self._alive.get(sku)

    def values(self) -> Iterable[Offer]:
        """All offers there are."""
        return self._alive.values()

    def by_id(self, offer_id: int) -> Offer | None:
        """The offer of this id, as long as it is not deleted."""
        place = bisect_left(self._all, offer_id, key=lambda offer: offer.offer_id)
        found = self._all[place] if place < len(self._all) else None
        return found if found is not None and found.offer_id == offer_id and not found.deleted else None

    def deleted(self) -> list[Offer]:
        """Every offer that once was."""
        if len(self._all) == len(self._alive):
            return []
        return [offer for offer in self._all if offer.deleted]

    def at(self, place: int) -> Offer:
        """The offer at this place in the order of arrival."""
        if len(self._all) == len(self._alive):
            return self._all[place]
        if self._in_order is None:
            self._in_order = [offer for offer in self._all if not offer.deleted]
        return self._in_order[place]

    def add(self, offer: Offer) -> None:
        """Take in an offer whose id is higher than all before."""
        self._alive[offer.sku] = offer
        self._all.append(offer)
        self.reshaped()
        self._log(offer, offer.updated)

    def generate(self, ids: Iterator[int], count: int, prefix: str, quantity: int, price: Decimal, at: int) -> None:
        """Take in `count` offers named `prefix` and a number from 1; names already taken are left alone."""
        start = len(self._all)
        for number in range(1, count + 1):
            sku = f"{prefix}{number}"
            if sku not in self._alive:
                offer = Offer(next(ids), sku, price, quantity, sku, at, at, history=None)
                self._alive[sku] = offer
                self._all.append(offer)
        self._masses.append((at, start, len(self._all)))
        self.reshaped()

    def remove(self, offer: Offer, at: int) -> None:
        """Delete the offer; differential exports tell of it."""
        del self._alive[offer.sku]
        offer.deleted = True
        self.reshaped()
        self.touch(offer, at)

    def touch(self, offer: Offer, at: int) -> None:
        """The offer changed at `at`, or with the last change before if that was later."""
        if max(at, self._last()) != offer.updated:
            self._log(offer, at)

    def reshaped(self) -> None:
        """There are other offers, prices or titles than before: lists are sorted anew."""
        self._sorted.clear()
        self._in_order = None

    def sorted_by(self, sort: str, descending: bool) -> list[Offer]:
        """All offers in the order `sort` names."""
        if (sort, descending) not in self._sorted:
            self._sorted[sort, descending] = sorted(self._alive.values(), key=ORDERS[sort], reverse=descending)
        return self._sorted[sort, descending]

    def changed_since(self, moment: int) -> Iterator[Offer]:
        """Offers, deleted ones too, whose last change is not before `moment`; costs what has changed since."""
        for born, start, end in self._masses:
            if born >= moment:
                yield from (offer for offer in islice(self._all, start, end) if offer.updated == born)
        for place in range(bisect_left(self._moments, moment), len(self._moments)):
            if self._changed[place].updated == self._moments[place]:
                yield self._changed[place]

    def not_after(self, now: int) -> None:
        """The clock was set back: nothing has changed later than `now`."""
        self._masses = [(min(born, now), start, end) for born, start, end in self._masses]
        told_by_mass = [range(start, end) for born, start, end in self._masses if born == now]
        log = [(at, offer) for at, offer in self._log_entries() if at < now]
        for place, offer in enumerate(self._all):
            if offer.updated >= now:
                offer.updated = now
                if not any(place in mass for mass in told_by_mass):
                    log.append((now, offer))
        self._rewrite(log)

    def _last(self) -> int:
        return self._moments[-1] if self._moments else 0

    def _log(self, offer: Offer, at: int) -> None:
        offer.updated = max(at, self._last())
        self._moments.append(offer.updated)
        self._changed.append(offer)
        if len(self._changed) > 4 * len(self._all) + 1000:
            self._rewrite(self._log_entries())

    def _log_entries(self) -> list[tuple[int, Offer]]:
        """What the log still tells: of each offer its last change."""
        return [(at, offer) for at, offer in zip(self._moments, self._changed, strict=True) if offer.updated == at]

    def _rewrite(self, log: list[tuple[int, Offer]]) -> None:
        self._moments = array("q", (at for at, _ in log))
        self._changed = [offer for _, offer in log]
