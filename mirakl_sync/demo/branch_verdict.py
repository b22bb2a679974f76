"""The judge of the other stores: the same questions as of the web shop, asked of each by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mirakl_sync.demo.branches import BRANCHES, Branch
from mirakl_sync.demo.findings import Problem, Question, Row, Ways
from mirakl_sync.demo.one_dialect import as_web_shop
from mirakl_sync.demo.stock import judge_offers, waiting
from mirakl_sync.demo.town import EVERYDAY, SELLERS
from mirakl_sync.demo.verdict import judge

Books = Mapping[str, Any]


def of_web_shop(markets: Mapping[str, Books]) -> dict[str, Books]:
    """The marketplaces' books without the shops of other stores."""
    return {name: _only(books, {seller.shop_id for seller in SELLERS}) for name, books in markets.items()}


def judge_branches(
    markets: Mapping[str, Books], stores: Mapping[str, Books], questions: Sequence[Question], ways: Mapping[str, Ways]
) -> tuple[list[Row], list[Problem]]:
    """A row for each branch, and every problem. ``markets`` and ``stores`` are GET /_sandbox/books, by name."""
    rows, problems = [], []
    for branch in BRANCHES:
        row, found = _judge(branch, markets[branch.seller.market], stores[branch.name], questions, ways)
        rows.append(row)
        problems += found
    return rows, problems


def _judge(
    branch: Branch, books: Books, store: Books, questions: Sequence[Question], ways: Mapping[str, Ways]
) -> tuple[Row, list[Problem]]:
    market = branch.seller.market
    # calls and limits are the marketplace's, and judged with the web shop
    theirs = {market: {**_only(books, {branch.seller.shop_id}), "totals": {**books["totals"], "over_limit": {}}}}
    named = {order["order_id"] for order in theirs[market]["orders"]}
    held = as_web_shop(store, branch.kind)
    verdict = judge(theirs, held, [question for question in questions if question.orders & named], ways)
    (row,) = verdict.rows
    row.store = branch.label
    files, wrong = judge_offers(market, theirs[market], held, EVERYDAY, waiting(theirs, held))
    row.offers, row.agree = files.offers, files.agree
    # what asks of nobody's order in particular is told once
    return row, [*(each for each in verdict.problems if each.subject not in _kinds(questions)), *wrong]


def _kinds(questions: Sequence[Question]) -> set[str]:
    return {question.kind for question in questions}


def _only(books: Books, shop_ids: set[int]) -> dict[str, Any]:
    wanted = {str(shop_id) for shop_id in shop_ids}
    return {
        **books,
        "orders": [order for order in books["orders"] if str(order["shop_id"]) in wanted],
        "offers": {shop: offers for shop, offers in books["offers"].items() if str(shop) in wanted},
    }
