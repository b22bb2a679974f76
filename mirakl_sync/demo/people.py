"""Everybody else: buyers who order, operators at the marketplaces, staff in the shop, and colleagues who answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mirakl_sync.demo.day import Deed, Purchase
from mirakl_sync.demo.remote import NotPossible, Remote
from mirakl_sync.demo.town import STORE
from mirakl_sync.demo.warehouse import Warehouse

# Whoever could not do a thing tries again; after so long it is no longer wanted.
AGAIN, NO_LONGER = 1.0, 40.0


@dataclass(frozen=True, slots=True)
class Errand:
    """A deed on a placed order, ``due`` at this second of the day."""

    due: float
    gives_up: float
    order_id: str
    purchase: Purchase
    deed: Deed


@dataclass
class People:
    """Carries out purchases and errands when their time comes. ``answer`` is our own by-hand function."""

    servers: Mapping[str, Remote]
    answer: Callable[[str, str], bool]
    day: Sequence[Purchase]
    placed: int = 0
    errands: list[Errand] = field(default_factory=list)
    store: str = STORE
    # how the store's books are read
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda books: books

    def __post_init__(self) -> None:
        self.warehouse = Warehouse(self.servers[self.store], self.read)

    @property
    def done(self) -> bool:
        """The day is over for everybody but the warehouse, which sends what becomes ready later too."""
        return self.placed == len(self.day) and not self.errands

    @property
    def idle(self) -> bool:
        """Nobody has anything begun and not finished."""
        return self.done and not self.warehouse.busy

    def act(self, now: float) -> list[str]:
        """Do everything due at ``now`` seconds of the day; answers what was done about special orders, in words."""
        return [*self._buy(now), *self._run_errands(now), *self.warehouse.act(now)]

    def _buy(self, now: float) -> Iterator[str]:
        while self.placed < len(self.day) and self.day[self.placed].at <= now:
            purchase = self.day[self.placed]
            market = self.servers[purchase.seller.market]
            told = market.post("orders", {"shop_id": purchase.seller.shop_id, **purchase.options})
            self.placed += 1
            order_id = told["order_ids"][0]
            if not purchase.put_aside:
                self._let_leave(order_id, purchase)
            for deed in purchase.deeds:
                due = now + deed.after
                self.errands.append(Errand(due, due + NO_LONGER, order_id, purchase, deed))
            if purchase.kind:
                yield f"{order_id}: {purchase.kind}"

    def _run_errands(self, now: float) -> Iterator[str]:
        due = [errand for errand in self.errands if errand.due <= now]
        self.errands = [errand for errand in self.errands if errand.due > now]
        for errand in due:
            if self._run(errand):
                yield f"{errand.order_id}: {errand.deed.who} does {errand.deed.action}"
            elif now < errand.gives_up:
                self.errands.append(replace(errand, due=now + AGAIN))
            elif errand.purchase.put_aside:
                # it came into the shop too late to be cancelled
                self._let_leave(errand.order_id, errand.purchase)

    def _let_leave(self, order_id: str, purchase: Purchase) -> None:
        if purchase.packing is not None:
            self.warehouse.expect(f"{purchase.seller.shop_id}/{order_id}", purchase.packing)

    def _run(self, errand: Errand) -> bool:
        """True when it is done or no longer possible; False to try again later."""
        deed, market = errand.deed, self.servers[errand.purchase.seller.market]
        if deed.who == "person":
            return self.answer(errand.order_id, deed.action)
        if deed.who == "shop":
            return self._in_the_shop(errand)
        try:
            market.post(f"orders/{errand.order_id}/{deed.action}")
        except NotPossible as no:
            # in staging nobody can answer yet; in any other state somebody was quicker
            return "is STAGING" not in no.words
        return True

    def _in_the_shop(self, errand: Errand) -> bool:
        shop = self.servers[self.store]
        if errand.deed.action == "make product":
            shop.post("products", {"products": [errand.deed.with_]})
            return True
        books = shop.get("books")
        numbers = books["by_reference"].get(f"{errand.purchase.seller.shop_id}/{errand.order_id}", [])
        if not any(order["id"] in numbers and order["status"] == "processing" for order in books["orders"]):
            return False
        shop.post(f"orders/{numbers[0]}", {"status": "cancelled"})
        return True
