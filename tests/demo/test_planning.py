"""What the planner counts is what marketplaces sold through the stores it plans for: no piece more, none less."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.demo.branches import BRANCHES
from mirakl_sync.demo.planning import judge_planner
from mirakl_sync.demo.town import MARKETS
from tests.demo.books import order

PLANS_FOR = next(branch for branch in BRANCHES if branch.planned)
NOT_FOR = next(branch for branch in BRANCHES if not branch.planned)


def markets(*orders: dict[str, Any], branch: Any = PLANS_FOR) -> dict[str, Any]:
    seller = branch.seller
    told = [{**each, "shop_id": seller.shop_id} for each in orders]
    return {market.name: {"orders": told if market.name == seller.market else []} for market in MARKETS}


def planner(skipped: int = 0, **demand: int) -> dict[str, Any]:
    return {
        "demand": {sku: {"total": pieces} for sku, pieces in demand.items()},
        "totals": {"files": {"accepted": 3, "skipped": skipped}},
    }


def test_what_was_sold_is_what_is_counted():
    plan, problems = judge_planner(markets(order()), planner(MUG=2), "nothing in doubt")
    assert problems == []
    assert (plan.sold, plan.counted, plan.skus, plan.files) == (2, 2, 1, 3)
    assert "nothing in doubt" in plan.sentence()


@pytest.mark.parametrize("counted", [{}, {"MUG": 4}, {"MUG": 2, "CUP": 1}])
def test_a_piece_more_or_less_is_named(counted):
    _, problems = judge_planner(markets(order()), planner(**counted))
    assert len(problems) == 1


@pytest.mark.parametrize("over", [{"state": "CANCELED"}, {"state": "REFUSED"}, {"accepted_at": None}])
def test_sales_that_do_not_stand_are_no_demand(over):
    _, problems = judge_planner(markets(order(**over)), planner())
    assert problems == []


def test_lines_that_were_taken_off_are_no_demand():
    lines = [{**order()["lines"][0], "state": "CANCELED"}]
    assert judge_planner(markets(order(lines=lines)), planner())[1] == []


def test_other_stores_are_not_planned_for():
    assert judge_planner(markets(order(), branch=NOT_FOR), planner())[1] == []


def test_a_file_the_night_ignored_is_named():
    _, problems = judge_planner(markets(), planner(skipped=1))
    assert [problem.words for problem in problems] == ["ignored 1 of our files"]
