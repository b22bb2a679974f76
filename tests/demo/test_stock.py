"""The judge of stock: every piece that was not there is found, and every offer on which both sides disagree."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.demo.findings import OTHER, OVERSOLD, Problem, Rush
from mirakl_sync.demo.stock import judge_offers, judge_rush, judge_stock, waiting
from mirakl_sync.demo.stock_screen import oversold_in_words

SHOP = "webshop"


def at(second: float) -> str:
    return f"2026-03-02T12:00:{second:06.3f}Z"


def sale(order: str, second: float, before: int, pieces: int = 1) -> dict[str, Any]:
    return {"at": at(second), "by": "sale", "before": before, "after": before - pieces, "note": order}


def told(second: float, before: int, after: int) -> dict[str, Any]:
    return {"at": at(second), "by": "import", "before": before, "after": after, "note": "an import"}


def bought(order: str, second: float, pieces: int = 1, state: str = "SHIPPING", sku: str = "HOT") -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": pieces, "state": state}]
    return {
        "order_id": order,
        "shop_id": 2000,
        "state": state,
        "fulfillment_center": "DEFAULT",
        "created_date": at(second // 1),
        "lines": lines,
    }


def market(
    *orders: dict[str, Any], changes: tuple[dict[str, Any], ...] = (), shown: int = 0, sku: str = "HOT", away: int = 0
) -> dict[str, Any]:
    return {
        "orders": list(orders),
        "offers": {"2000": {sku: {"quantity": shown, "changes": list(changes)}}},
        "imports": [
            {"state": "COMPLETE", "rows": 3, "lines_in_error": 1},
            {"state": "FAILED", "rows": 2, "lines_in_error": 0},
        ],
        "totals": {"turned_away": away},
    }


def moved(second: float, before: int, after: int, cause: str = "sale", order: int = 7) -> dict[str, Any]:
    return {"at": at(second), "before": before, "after": after, "cause": cause, "order": order}


def shop(*history: dict[str, Any], stock: int = 0, sku: str = "HOT", placed: dict[str, Any] | None = None) -> Any:
    return {
        "stock": {sku: stock},
        "stock_history": {sku: list(history)} if history else {},
        "turned_away": {sku: 3},
        "orders": [placed] if placed else [],
        "by_reference": {"2000/N-1": [placed["id"]]} if placed else {},
    }


def judged(books: dict[str, Any], held: dict[str, Any]) -> tuple[Rush, list[Problem]]:
    return judge_rush("HOT", {"nord": books}, held, SHOP)


def test_what_was_there_is_sold_once_wherever_it_is_sold() -> None:
    books = market(bought("N-1", 2), changes=(told(0, 50, 3), sale("N-1", 2.5, 3)), shown=1, away=4)
    rush, problems = judged(books, shop(moved(1, 3, 2), moved(4, 2, 1, "order"), stock=1))

    assert problems == []
    assert (rush.start, rush.came_in, rush.left, rush.oversold, rush.times_sold_out) == (3, 0, 1, 0, 0)
    assert (rush.orders, rush.sold) == (1, {SHOP: 1, "nord": 1})
    assert rush.turned_away == {SHOP: 3, "nord": 4}
    assert rush.shown == {"nord/2000": 1}


def test_a_piece_that_was_not_there_is_named_with_its_second_its_seller_and_what_that_one_showed() -> None:
    books = market(bought("N-1", 5, 3), changes=(sale("N-1", 5.25, 4, 3),))
    rush, (problem,) = judged(books, shop(moved(1, 2, 1), stock=-2))

    assert rush.oversold == 2
    assert problem.kind == OVERSOLD
    assert problem.subject == "HOT"
    assert "12:00:05.250 nord sold 2 that were not there (N-1) and showed 4" in problem.sentence()


def test_the_shop_oversells_what_a_marketplace_sold_before_it_was_placed() -> None:
    books = market(bought("N-1", 1), changes=(sale("N-1", 1.5, 1),))
    rush, (problem,) = judged(books, shop(moved(1.6, 1, 0), stock=0))

    assert rush.oversold == 1
    assert f"{SHOP} sold 1 that were not there" in problem.words


def test_goods_that_come_in_later_do_not_excuse_what_was_sold_before_them() -> None:
    books = market(bought("N-1", 2), changes=(sale("N-1", 2, 1),))
    held = shop(moved(1, 1, 0), moved(9, 0, 10, "restock", 0), stock=9)
    rush, _ = judged(books, held)

    assert (rush.oversold, rush.came_in, rush.left) == (1, 10, 9)


def test_goods_of_the_same_moment_are_there_for_the_sale() -> None:
    books = market(bought("N-1", 2), changes=(sale("N-1", 2, 1),))
    rush, problems = judged(books, shop(moved(1, 1, 0), moved(2, 0, 10, "restock", 0), stock=9))

    assert (rush.oversold, problems) == (0, [])


def test_what_we_had_to_refuse_was_oversold_even_where_some_were_left() -> None:
    books = market(bought("N-1", 2, 2, "REFUSED"), changes=(sale("N-1", 2, 5, 2),))
    rush, (problem,) = judged(books, shop(stock=5))

    assert (rush.oversold, rush.start) == (2, 5)
    assert "N-1" in problem.words


def test_an_order_is_counted_once_when_it_was_oversold_and_refused() -> None:
    books = market(bought("N-1", 2, 2, "REFUSED"), changes=(sale("N-1", 2, 5, 2),))
    rush, _ = judged(books, shop(moved(1, 1, 0), stock=0))

    assert rush.oversold == 2


def test_a_sale_whose_story_was_forgotten_is_dated_by_its_order() -> None:
    rush, _ = judged(market(bought("N-1", 7)), shop(moved(6, 1, 0), stock=0))

    (over,) = rush.over
    assert (over.at.second, over.shown) == (7, 0)


def test_a_marketplace_that_shows_more_than_is_left_is_found() -> None:
    _, (problem,) = judged(market(shown=4), shop(stock=3))

    assert (problem.kind, problem.words) == (OTHER, "nord/2000 shows 4 at the end, 3 are left")


@pytest.mark.parametrize(
    ("shown", "there", "waits", "agree"), [(9, 9, 0, True), (8, 9, 0, False), (10, 9, 0, False), (8, 9, 1, True)]
)
def test_everyday_offers_show_the_shops_number_less_what_is_not_in_the_shop_yet(
    shown: int, there: int, waits: int, agree: bool
) -> None:
    files, problems = judge_offers(
        "nord", market(sku="A", shown=shown), shop(stock=there, sku="A"), ["A"], {"A": waits}
    )

    assert (files.offers, files.agree, files.files, files.rows, files.refused, files.failed) == (1, agree, 2, 5, 1, 1)
    assert [problem.subject for problem in problems] == ([] if agree else ["A"])
    assert all(f"shows {shown}, the shop has {there}" in problem.words for problem in problems)


def test_a_sku_nobody_offers_there_is_no_disagreement() -> None:
    files, problems = judge_offers("nord", market(sku="A"), shop(sku="B"), ["B"], {})

    assert (files.offers, problems) == (0, [])


@pytest.mark.parametrize(
    ("order", "placed", "pieces"),
    [
        ({}, None, 2),
        ({}, {"id": 11, "stock_reduced": False}, 2),
        ({}, {"id": 11, "stock_reduced": True}, 0),
        ({"state": "REFUSED"}, None, 0),
        ({"fulfillment_center": "FC"}, None, 0),
    ],
)
def test_pieces_wait_from_the_sale_until_the_shop_took_them_off_its_shelf(
    order: dict[str, Any], placed: dict[str, Any] | None, pieces: int
) -> None:
    sold = bought("N-1", 1, 2, sku="A") | order

    assert waiting({"nord": market(sold, sku="A")}, shop(sku="A", placed=placed))["A"] == pieces


def test_refused_lines_of_a_living_order_wait_for_nothing() -> None:
    sold = bought("N-1", 1, 2, sku="A")
    sold["lines"].append({"sku": "A", "quantity": 5, "state": "REFUSED"})

    assert waiting({"nord": market(sold, sku="A")}, shop(sku="A"))["A"] == 2


def test_the_whole_judgement_names_every_marketplace_and_every_fault() -> None:
    books = market(bought("N-1", 5, 3), changes=(sale("N-1", 5, 4, 3),))
    books["offers"]["2000"]["A"] = {"quantity": 1, "changes": []}
    held = shop(moved(1, 2, 1), stock=-2)
    held["stock"]["A"] = 5
    stock, problems = judge_stock({"nord": books}, held, hot="HOT", everyday=["A"], name=SHOP)

    assert [each.market for each in stock.files] == ["nord"]
    assert stock.rush.oversold == 2
    assert [problem.subject for problem in problems] == ["HOT", "A"]


def test_what_a_storm_oversold_is_counted_and_named_but_breaks_no_promise() -> None:
    books = market(bought("N-1", 5, 3), changes=(sale("N-1", 5, 4, 3),), shown=2)
    stock, problems = judge_stock(
        {"nord": books}, shop(moved(1, 2, 1), stock=-2), hot="HOT", everyday=[], name=SHOP, calm=False
    )

    assert stock.rush.oversold == 2
    assert [problem.kind for problem in problems] == [OTHER], "that the numbers disagree at the end is never excused"
    assert [line.strip()[:12] for line in oversold_in_words(stock.rush)][1:] == ["12:00:05.000"]


def test_it_is_sold_out_when_the_last_marketplace_that_showed_some_shows_none() -> None:
    nord = market(changes=(told(1, 0, 5), told(2, 5, 0), told(6, 0, 9), told(8, 9, 0)))
    belle = market(changes=(told(1, 7, 4), sale("B-1", 4, 4, 4)))
    quiet = market()
    rush, _ = judge_rush("HOT", {"nord": nord, "belle": belle, "quiet": quiet}, shop(stock=9), SHOP)

    assert rush.times_sold_out == 2
