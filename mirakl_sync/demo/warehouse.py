"""The people at the packing table: they look which orders are to leave, send them, and correct what they got wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.demo.packing import FIRST_PIECE, ONE, REST, Complete, Correct, Pack, Packing, Step
from mirakl_sync.demo.remote import Remote

LOOK_EVERY = 1.0
READY = "processing"
# What staff go on with: everything else was cancelled meanwhile.
GOING = ("processing", "partial-shipped", "completed")

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """What is left to do for an order in the shop, the first step ``due`` at this second of the day."""

    due: float
    number: Any
    steps: tuple[Step, ...]


@dataclass
class Warehouse:
    """Works for as long as it is asked to; looks at the shop's list of orders once a second."""

    shop: Remote
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda books: books
    expected: dict[str, Packing] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    looks: float = 0.0

    @property
    def busy(self) -> bool:
        """Something is begun and not finished."""
        return bool(self.jobs)

    def expect(self, reference: str, packing: Packing) -> None:
        """Say how an order shall leave once the shop has it ready; ``reference`` is "shop/order"."""
        self.expected[reference] = packing

    def act(self, now: float) -> Iterator[str]:
        """Do what is due at ``now`` seconds of the day; answers what is worth telling, in words."""
        if now < self.looks or not (self.expected or self.jobs):
            return
        self.looks = now + LOOK_EVERY
        books = self.read(self.shop.get("books"))
        orders = {order["id"]: order for order in books["orders"]}
        yield from self._begin(books["by_reference"], orders, now)
        due = [job for job in self.jobs if job.due <= now]
        self.jobs = [job for job in self.jobs if job.due > now]
        for job in due:
            if orders[job.number]["status"] in GOING:
                self._do(orders[job.number], job.steps[0])
                self._plan(job.number, job.steps[1:], now)

    def _begin(self, references: Mapping[str, list[Any]], orders: Mapping[Any, Order], now: float) -> Iterator[str]:
        for reference in list(self.expected):
            numbers = references.get(reference)
            if numbers and orders[numbers[0]]["status"] == READY:
                packing = self.expected.pop(reference)
                self._plan(numbers[0], packing.steps, now)
                if packing.way != ONE:
                    yield f"{reference.partition('/')[2]}: leaves the shop, {packing.way}"

    def _plan(self, number: Any, steps: tuple[Step, ...], now: float) -> None:
        if steps:
            self.jobs.append(Job(now + steps[0].after, number, steps))

    def _do(self, order: Order, step: Step) -> None:
        match step:
            case Pack():
                self._pack(order, step)
            case Complete():
                self.shop.post(f"orders/{order['id']}/ship", {"complete": True})
            case Correct():
                self._correct(order, step)

    def _pack(self, order: Order, step: Pack) -> None:
        pieces = pieces_of(order, step.part)
        if step.part == REST and not pieces:
            return
        wish = {"carrier": step.courier.name, "number": step.number, "link": step.courier.link}
        inside = {"items": pieces} if pieces else {}
        self.shop.post(f"orders/{order['id']}/ship", wish | inside)

    def _correct(self, order: Order, step: Correct) -> None:
        wrong = next((each for each in order["parcels"] if each["number"] == step.number), None)
        if wrong is None:
            return
        path = f"orders/{order['id']}/parcels/{wrong['tracking_id']}"
        if not step.anew:
            self.shop.put(path, {"number": step.instead})
            return
        self.shop.delete(path)
        wish = {"carrier": step.courier.name, "number": step.instead, "link": step.courier.link}
        self.shop.post(f"orders/{order['id']}/ship", wish)


def pieces_of(order: Order, part: str) -> list[dict[str, int]]:
    """What to put into a parcel, by the shop's lines; nothing named for a whole order, or one of a single piece."""
    lines = order["lines"]
    if part == FIRST_PIECE and sum(line["quantity"] for line in lines) > 1:
        return [{"line_id": lines[0]["id"], "quantity": 1}]
    if part != REST or not any(parcel["items"] for parcel in order["parcels"]):
        return []
    left = {line["id"]: line["quantity"] for line in lines}
    for parcel in order["parcels"]:
        for item in parcel["items"]:
            left[item["line_id"]] -= item["quantity"]
    return [{"line_id": line_id, "quantity": pieces} for line_id, pieces in left.items() if pieces > 0]
