"""How orders leave: every way on every day, and the very calls staff make of it."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from mirakl_sync.demo.branches import sandbox_plan
from mirakl_sync.demo.couriers import ROYAL_MAIL, UPS, VELO
from mirakl_sync.demo.day import plan_day
from mirakl_sync.demo.packing import (
    CORRECTED,
    DECK,
    FIRST_PIECE,
    FORGOTTEN,
    NEVER,
    REST,
    STRANGER,
    TWO,
    UNMAPPED,
    Complete,
    Correct,
    Pack,
    Packing,
    packings,
    serials,
)
from mirakl_sync.demo.remote import Remote
from mirakl_sync.demo.town import MARKETS, SELLERS, STORE, Seller
from mirakl_sync.demo.warehouse import Warehouse, pieces_of
from mirakl_sync.sandbox.plan import Sandbox, open_sandbox

A_PRODUCT = {"sku": "SKU-1", "price": 10.0, "quantity": 50}


def dealt(seller: Seller, count: int = 2 * len(DECK)) -> list[Packing]:
    return list(islice(packings(seller, random.Random(3), serials(random.Random(3))), count))


@pytest.mark.parametrize("seller", SELLERS, ids=lambda seller: seller.key)
def test_every_way_comes_up_in_every_turn(seller: Seller) -> None:
    ways = [packing.way for packing in dealt(seller)]
    assert Counter(ways[: len(DECK)]) == Counter(ways[len(DECK) :]) == Counter(DECK)
    assert ways[: DECK.count(UNMAPPED)] == [UNMAPPED] * DECK.count(UNMAPPED), "they shall wait when a person speaks"
    assert ways[: len(DECK)] != ways[len(DECK) :]


def test_an_ordinary_day_has_every_way_of_packing_for_the_larger_sellers() -> None:
    day = plan_day(120, 60, 1)
    for seller in SELLERS[:2]:
        assert {each.packing.way for each in day if each.seller is seller and each.packing} == set(DECK)


def test_staff_put_aside_what_they_mean_to_cancel_and_nothing_else() -> None:
    for purchase in plan_day(300, 60, 1):
        assert purchase.packing is not None
        assert purchase.put_aside == (purchase.kind == "cancelled by shop staff")


def test_every_parcel_of_the_longest_day_has_a_number_of_its_own() -> None:
    steps = [step for each in plan_day(5000, 60, 1) if each.packing for step in each.packing.steps]
    given = [step.number for step in steps if isinstance(step, Pack)]
    given += [step.instead for step in steps if isinstance(step, Correct)]
    assert len(given) == len(set(given)) > 5000


@pytest.mark.parametrize("seller", SELLERS, ids=lambda seller: seller.key)
def test_strangers_and_unmapped_names_are_used_where_the_town_says_so(seller: Seller) -> None:
    by_way: dict[str, set[str]] = {}
    for packing in dealt(seller):
        names = {step.courier.name for step in packing.steps if not isinstance(step, Complete)}
        by_way.setdefault(packing.way, set()).update(names)
    known = {courier.name for courier in seller.couriers}
    assert by_way.pop(UNMAPPED) <= ({ROYAL_MAIL.name} if seller.unmapped else known)
    assert by_way.pop(STRANGER) <= ({VELO.name} if seller.stranger else known)
    assert set.union(*by_way.values()) <= known


def test_only_whole_orders_have_entries_made_anew() -> None:
    anew = {
        seller.market
        for seller in SELLERS
        for packing in dealt(seller, 200)
        for step in packing.steps
        if isinstance(step, Correct) and step.anew
    }
    assert anew == {market.name for market in MARKETS if not market.sandbox.get("multi_shipment")}


def _order(*pieces: int, packed: tuple[tuple[int, int], ...] = ()) -> dict[str, Any]:
    parcels = [{"items": [{"line_id": line, "quantity": count} for line, count in packed]}] if packed else []
    return {"lines": [{"id": n, "quantity": count} for n, count in enumerate(pieces, 1)], "parcels": parcels}


@pytest.mark.parametrize(
    ("order", "part", "inside"),
    [
        (_order(3), FIRST_PIECE, [(1, 1)]),
        (_order(1, 2), FIRST_PIECE, [(1, 1)]),
        (_order(1), FIRST_PIECE, []),
        (_order(3, packed=((1, 1),)), REST, [(1, 2)]),
        (_order(1, 2, packed=((1, 1),)), REST, [(2, 2)]),
        (_order(1), REST, []),
        (_order(1, packed=((1, 1),)), REST, []),
    ],
)
def test_the_first_piece_and_the_rest_are_the_whole_order(order: Any, part: str, inside: list[tuple[int, int]]) -> None:
    assert [(each["line_id"], each["quantity"]) for each in pieces_of(order, part)] == inside


@pytest.fixture
def sandbox() -> Any:
    """The demonstration's shop alone."""
    entry = next(each for each in sandbox_plan(1)["servers"] if each["name"] == STORE)
    opened = open_sandbox({"servers": [{**entry, "products": [A_PRODUCT]}]})
    yield opened
    opened.stop()


class Staff:
    """A warehouse with one order in the shop, ready to leave."""

    def __init__(self, sandbox: Sandbox, packing: Packing, quantity: int = 3) -> None:
        import requests

        self.shop, self.now = Remote(sandbox[STORE]["url"]), 0.0
        self.warehouse = Warehouse(self.shop)
        meta = {"_mirakl_shop": "2000", "_mirakl_order_id": "N-1-A"}
        product = self.shop.post("products", {"products": [{"sku": "SKU-9", "price": "10.00", "stock": 9}]})
        made = requests.post(
            f"{sandbox[STORE]['url']}/wp-json/wc/v3/orders",
            auth=(sandbox[STORE]["consumer_key"], sandbox[STORE]["consumer_secret"]),
            json={
                "status": "processing",
                "line_items": [{"product_id": product["products"][0]["id"], "quantity": quantity}],
                "meta_data": [{"key": key, "value": value} for key, value in meta.items()],
            },
            timeout=10,
        )
        made.raise_for_status()
        self.number = made.json()["id"]
        self.warehouse.expect("2000/N-1-A", packing)

    def works(self) -> Any:
        """Let the warehouse finish; answers the order of the shop's books."""
        for _ in range(40):
            list(self.warehouse.act(self.now))
            self.now += 1
            if not (self.warehouse.busy or self.warehouse.expected):
                break
        return self.order()

    def order(self) -> Any:
        """The order of the shop's books."""
        return next(each for each in self.shop.get("books")["orders"] if each["id"] == self.number)


def packing(way: str, *steps: Any) -> Packing:
    return Packing(way, steps)


ONE_UPS = Pack(1.0, UPS, UPS.number(1))


def test_a_parcel_leaves_with_carrier_and_number(sandbox: Sandbox) -> None:
    order = Staff(sandbox, packing("one", ONE_UPS)).works()
    assert order["status"] == "completed"
    assert [(one["carrier"], one["number"]) for one in order["parcels"]] == [("UPS", ONE_UPS.number)]


def test_two_parcels_leave_one_after_the_other_with_what_is_in_them(sandbox: Sandbox) -> None:
    first, rest = Pack(1.0, UPS, UPS.number(1), FIRST_PIECE), Pack(2.0, VELO, VELO.number(2), REST)
    staff = Staff(sandbox, packing(TWO, first, rest))
    while not staff.order()["parcels"]:
        list(staff.warehouse.act(staff.now))
        staff.now += 1
    assert staff.order()["status"] == "partial-shipped"
    order = staff.works()
    assert order["status"] == "completed"
    assert [(one["carrier"], one["items"][0]["quantity"]) for one in order["parcels"]] == [("UPS", 1), (VELO.name, 2)]


@pytest.mark.parametrize("anew", [True, False])
def test_a_wrong_number_is_corrected(sandbox: Sandbox, anew: bool) -> None:
    wrong = Correct(3.0, UPS, ONE_UPS.number, UPS.number(7), anew)
    order = Staff(sandbox, packing(CORRECTED, ONE_UPS, wrong)).works()
    assert [one["number"] for one in order["parcels"]] == [UPS.number(7)]
    assert order["status"] == "completed"


@pytest.mark.parametrize(("way", "steps", "numbers"), [(NEVER, (), []), (FORGOTTEN, (ONE_UPS,), [ONE_UPS.number])])
def test_an_order_is_completed_without_a_number_that_may_come_later(
    sandbox: Sandbox, way: str, steps: tuple[Pack, ...], numbers: list[str]
) -> None:
    order = Staff(sandbox, packing(way, Complete(1.0), *steps)).works()
    assert order["status"] == "completed"
    assert [one["number"] for one in order["parcels"]] == numbers


def test_what_was_cancelled_meanwhile_does_not_leave(sandbox: Sandbox) -> None:
    staff = Staff(sandbox, packing("one", Pack(5.0, UPS, UPS.number(1))))
    list(staff.warehouse.act(0.0))
    assert staff.warehouse.busy
    staff.shop.post(f"orders/{staff.number}", {"status": "cancelled"})
    staff.now = 9.0
    order = staff.works()
    assert (order["status"], order["parcels"]) == ("cancelled", [])
    assert not staff.warehouse.busy
