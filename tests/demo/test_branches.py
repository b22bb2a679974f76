"""The other stores' books, read in the web shop's words and judged as strictly."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mirakl_sync.demo.branch_verdict import judge_branches, of_web_shop
from mirakl_sync.demo.branches import BRANCHES, Branch
from mirakl_sync.demo.findings import Question, Row
from mirakl_sync.demo.one_dialect import as_web_shop
from mirakl_sync.demo.town import ways
from tests.demo.books import A_PARCEL, order

Books = dict[str, Any]

# how each kind says that an order is at work, and that it has left
AT_WORK = {
    "magento": {"shipments": [], "open": 2},
    "shopify": {"fulfillment_status": "unfulfilled", "financial_status": "paid", "open": 2},
    "salesforce": {"shipping_status": "not_shipped", "export_status": "ready", "open": 2},
}
GONE = {
    "magento": {"shipments": [{"id": 1}], "open": 0},
    "shopify": {"fulfillment_status": "fulfilled", "financial_status": "paid", "open": 0},
    "salesforce": {"shipping_status": "shipped", "export_status": "exported", "open": 0},
}


def held(branch: Branch, said: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The store's order for N-1-A, as its own books keep it."""
    pieces = {"id": "501", "sku": "MUG", "quantity": 2, "line_id": "N-1-A-1", "open": said["open"]}
    carrier = branch.seller.couriers[0].name
    told = {
        "id": "11",
        "number": "11",
        "live": True,
        "canceled": False,
        "total": "29.90",
        "currency": "EUR",
        "reference": f"{branch.seller.market}/{branch.seller.shop_id}/N-1-A",
        "lines": [pieces],
        "parcels": [{**A_PARCEL, "carrier": carrier}] if said["open"] == 0 else [],
        **{name: value for name, value in said.items() if name != "open"},
    }
    return {**told, **changed}


def store(*orders: dict[str, Any]) -> Books:
    return {
        "orders": list(orders),
        "by_reference": {
            each["reference"]: [each["id"]] for each in orders if each["reference"] and not each["canceled"]
        },
        "stock": {},
        "mails": [],
    }


def markets(branch: Branch, *orders: dict[str, Any]) -> dict[str, Books]:
    code = ways()[branch.seller.market].codes[branch.seller.couriers[0].name]
    told = {"carrier_code": code, "carrier_name": "x", "tracking_number": A_PARCEL["number"]}
    shipment = {
        "id": "s-1",
        "state": "SHIPPED",
        "lines": [{"id": "N-1-A-1", "quantity": 2, "package_reference": "P-1"}],
        "trackings": [told],
        "deleted_at": None,
    }
    by_shipment = branch.seller.by_shipment
    seen = []
    for each in orders:
        way = {"shipments": [shipment], "trackings": [], "ship_calls": 0} if by_shipment else {"trackings": [told]}
        seen.append({**each, "shop_id": branch.seller.shop_id, **way})
    empty = {"orders": [], "offers": {}, "imports": [], "totals": {"over_limit": {}, "turned_away": 0}}
    return {name: {**copy.deepcopy(empty), "orders": seen if name == branch.seller.market else []} for name in ways()}


def judged(branch: Branch, theirs: dict[str, Books], ours: Books, *questions: Question) -> tuple[Row, list[str]]:
    stores = {each.name: store() for each in BRANCHES} | {branch.name: ours}
    rows, problems = judge_branches(theirs, stores, questions, ways())
    return next(row for row in rows if row.store == branch.label), [problem.sentence() for problem in problems]


every_branch = pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: branch.name)


@every_branch
def test_an_order_that_left_and_was_told_is_held_with_its_money(branch: Branch) -> None:
    row, problems = judged(branch, markets(branch, order()), store(held(branch, GONE[branch.kind])))
    assert problems == []
    assert (row.seen, row.placed, row.shipped) == (1, 1, 1)
    assert str(row.paid) == str(row.booked) == "29.90"


@every_branch
def test_a_cent_too_much_is_named(branch: Branch) -> None:
    ours = store(held(branch, GONE[branch.kind], total="29.91"))
    row, problems = judged(branch, markets(branch, order()), ours)
    assert any("the buyer paid 29.90 EUR, the shop says 29.91 EUR" in words for words in problems)
    assert row.booked - row.paid != 0


@every_branch
def test_an_order_the_store_does_not_hold_is_lost(branch: Branch) -> None:
    _, problems = judged(branch, markets(branch, order()), store())
    assert any(words.startswith("lost: N-1-A") for words in problems)


@every_branch
def test_an_order_held_twice_is_doubled(branch: Branch) -> None:
    twice = store(held(branch, GONE[branch.kind]))
    twice["orders"].append(held(branch, GONE[branch.kind], id="12", number="12"))
    twice["by_reference"] = {reference: ["11", "12"] for reference in twice["by_reference"]}
    _, problems = judged(branch, markets(branch, order()), twice)
    assert any(words.startswith("doubled: N-1-A") for words in problems)


@every_branch
def test_a_question_about_the_order_explains_why_it_is_not_there(branch: Branch) -> None:
    asked = Question("unknown_sku", "no such SKU", orders=frozenset({"N-1-A"}))
    row, problems = judged(branch, markets(branch, order(state="SHIPPING")), store(), asked)
    assert problems == []
    assert row.waiting == {"unknown sku": 1}


@every_branch
def test_an_order_at_work_waits_for_the_warehouse(branch: Branch) -> None:
    (read,) = as_web_shop(store(held(branch, AT_WORK[branch.kind])), branch.kind)["orders"]
    assert (read["status"], read["lines"][0]["meta"]) == ("processing", {"_mirakl_order_line_id": "N-1-A-1"})


def test_nobody_packs_what_shopify_made_and_did_not_hold_yet() -> None:
    unpaid = {**AT_WORK["shopify"], "financial_status": "pending"}
    branch = next(branch for branch in BRANCHES if branch.kind == "shopify")
    (read,) = as_web_shop(store(held(branch, unpaid)), "shopify")["orders"]
    assert read["status"] == "on-hold"


@every_branch
def test_the_words_for_sleeping_and_dead_orders(branch: Branch) -> None:
    asleep, dead = held(branch, AT_WORK[branch.kind], live=False), held(branch, AT_WORK[branch.kind], canceled=True)
    read = as_web_shop(store(asleep, dead), branch.kind)["orders"]
    assert [each["status"] for each in read] == ["on-hold", "cancelled"]


def test_the_web_shop_is_judged_by_its_own_sellers_alone() -> None:
    branch = BRANCHES[0]
    theirs = markets(branch, order())
    assert of_web_shop(theirs)[branch.seller.market]["orders"] == []
