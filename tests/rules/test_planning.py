"""What a planner is told of orders and SKUs, when, and what proves that it heard: tables of the pure parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.mirakl.demand import read_demand
from mirakl_sync.planning import goods, rows, sales
from mirakl_sync.planning.goods import Known, Places
from mirakl_sync.planning.proof import Probe, Sale, Shown, judge, sold_in_a_week
from mirakl_sync.planning.rows import Wanted
from mirakl_sync.planning.sales import GivenBack, Sold, SoldLine
from mirakl_sync.planning.windows import Nights
from mirakl_sync.records.planning import Feed, Planned, SaleRow, StockRow, VariantRow
from mirakl_sync.records.shop import ProductFacts

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = SoldLine("L-1", "MUG", "SHIPPING", 3, Decimal("12.50"), title="Mug")
SOLD = Sold("acme", "Acme", "O-1", "SHIPPING", DAY, "EUR", True, (LINE,))


def later(days: float) -> datetime:
    return DAY + timedelta(days=days)


def told(sold: Sold) -> list[tuple[str, int, bool]]:
    """(line, pieces, canceled) of each row."""
    found = []
    for each in sales.wanted(sold, "WH"):
        assert isinstance(each.row, SaleRow)
        found.append((each.key.removeprefix("acme:"), each.row.quantity, each.row.canceled))
    return found


# orders


@pytest.mark.parametrize(
    ("state", "line_state", "rows"),
    [
        ("STAGING", "STAGING", []),
        ("WAITING_ACCEPTANCE", "WAITING_ACCEPTANCE", []),
        ("REFUSED", "REFUSED", []),
        ("WAITING_DEBIT", "WAITING_DEBIT", [("L-1", 3, False)]),
        ("WAITING_DEBIT_PAYMENT", "WAITING_DEBIT_PAYMENT", [("L-1", 3, False)]),
        ("SHIPPING", "SHIPPING", [("L-1", 3, False)]),
        ("SHIPPING", "REFUSED", []),
        ("SHIPPING", "CANCELED", [("L-1", 3, True)]),
        ("CANCELED", "CANCELED", [("L-1", 3, True)]),
        ("SHIPPED", "SHIPPED", [("L-1", 3, False)]),
        ("CLOSED", "REFUNDED", [("L-1", 3, False)]),
        ("A_NEW_STATE", "A_NEW_STATE", [("L-1", 3, False)]),
    ],
)
def test_what_a_state_means_to_demand(state: str, line_state: str, rows: list[tuple[str, int, bool]]) -> None:
    assert told(replace(SOLD, state=state, lines=(replace(LINE, state=line_state),))) == rows


BACK = GivenBack("r1", "L-1", 1, later(1))
SHOP = GivenBack("shop-9", "L-1", 1, later(2))


@pytest.mark.parametrize(
    ("what", "changes", "rows"),
    [
        ("nothing", {}, [("L-1", 3, False)]),
        ("a refund with goods", {"told_back": [BACK]}, [("L-1", 3, False), ("L-1:return:r1", -1, False)]),
        ("a refund without goods", {"told_back": [replace(BACK, quantity=0)]}, [("L-1", 3, False)]),
        ("one of another line", {"told_back": [replace(BACK, line_id="L-2")]}, [("L-1", 3, False)]),
        (
            "two refunds",
            {"told_back": [BACK, replace(BACK, key="r2", at=later(3))]},
            [("L-1", 3, False), ("L-1:return:r1", -1, False), ("L-1:return:r2", -1, False)],
        ),
        ("a refund in the shop alone", {"shop_back": [SHOP]}, [("L-1", 3, False), ("L-1:return:shop-9", -1, False)]),
        (
            "the same goods told by both: the first to tell keeps its row",
            {"told_back": [replace(BACK, at=later(5))], "shop_back": [SHOP]},
            [("L-1", 3, False), ("L-1:return:shop-9", -1, False)],
        ),
        (
            "the marketplace tells of more than the shop",
            {"told_back": [replace(BACK, quantity=2, at=later(5))], "shop_back": [SHOP]},
            [("L-1", 3, False), ("L-1:return:shop-9", -1, False), ("L-1:return:r1", -1, False)],
        ),
        ("pieces taken off in the shop", {"kept": {"L-1": 2}}, [("L-1", 2, False)]),
        ("pieces added in the shop", {"kept": {"L-1": 5}}, [("L-1", 5, False)]),
        ("all pieces taken off", {"kept": {"L-1": 0}}, [("L-1", 3, True)]),
        (
            "taken off with money, before it left: the lines show it already",
            {"kept": {"L-1": 2}, "shop_back": [SHOP]},
            [("L-1", 2, False)],
        ),
        (
            "taken off, and another came back after it left",
            {"kept": {"L-1": 2}, "shop_back": [SHOP], "left_at": later(1)},
            [("L-1", 2, False), ("L-1:return:shop-9", -1, False)],
        ),
        (
            "taken off in the shop, and refunded on the marketplace for it",
            {"kept": {"L-1": 2}, "told_back": [BACK]},
            [("L-1", 2, False)],
        ),
        (
            "more came back than was bought",
            {"told_back": [replace(BACK, quantity=9)]},
            [("L-1", 3, False), ("L-1:return:r1", -3, False)],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_became_of_the_pieces(what: str, changes: dict[str, Any], rows: list[tuple[str, int, bool]]) -> None:
    del what
    assert told(replace(SOLD, **changes)) == rows


def test_a_shops_long_id_of_a_refund_is_shortened_and_stays_its_own() -> None:
    keys = [
        each.key
        for name in "ab"
        for each in sales.wanted(replace(SOLD, shop_back=[replace(SHOP, key="x" * 300 + name)]), "WH")[1:]
    ]
    assert len(set(keys)) == 2
    assert {len(key) for key in keys} == {sales.LONGEST}


def test_pieces_cancelled_on_the_marketplace_lower_the_line() -> None:
    assert told(replace(SOLD, lines=(replace(LINE, dropped=1),))) == [("L-1", 2, False)]
    assert told(replace(SOLD, lines=(replace(LINE, dropped=1),), kept={"L-1": 2})) == [("L-1", 2, False)]
    assert told(replace(SOLD, lines=(replace(LINE, dropped=3),))) == [("L-1", 3, True)]


small = st.integers(0, 4)
backs = st.lists(st.tuples(small, st.one_of(st.none(), st.integers(0, 9))), max_size=3)


@given(bought=st.integers(1, 4), dropped=small, kept=st.one_of(st.none(), small), told_back=backs, shop=backs)
def test_what_is_left_is_never_negative_and_what_both_tell_is_never_added(
    bought: int, dropped: int, kept: int | None, told_back: list[tuple[int, Any]], shop: list[tuple[int, Any]]
) -> None:
    line = replace(LINE, quantity=bought, dropped=dropped)
    sold = replace(
        SOLD,
        lines=(line,),
        told_back=[GivenBack(f"m{n}", "L-1", q, None if d is None else later(d)) for n, (q, d) in enumerate(told_back)],
        shop_back=[GivenBack(f"s{n}", "L-1", q, None if d is None else later(d)) for n, (q, d) in enumerate(shop)],
        kept={} if kept is None else {"L-1": kept},
        left_at=later(3),
    )
    every = told(sold)
    left = sum(0 if canceled else pieces for _, pieces, canceled in every)
    gone_here = dropped + sum(q for q, _ in told_back)
    gone_there = max(0, bought - (bought if kept is None else kept)) + sum(q for q, _ in shop)
    most = max(bought, bought if kept is None else kept)

    assert 0 <= left <= most
    assert left >= bought - max(gone_here, gone_there) - min(bought, dropped) * (kept is not None and kept > bought)
    assert len({key for key, _, _ in every}) == len(every)


def test_a_row_says_whose_sale_it_is_and_nothing_of_the_buyer() -> None:
    (each,) = sales.wanted(SOLD, "WH", 7)
    assert (each.subject, each.key, each.connection_id, each.title_sold) == ("acme:O-1", "acme:L-1", 7, "Mug")
    assert each.row == SaleRow(
        "acme:O-1", "acme:L-1", "MUG", "WH", 3, Decimal("12.50"), "EUR", True, DAY, DAY, "O-1", "Acme"
    )


@pytest.mark.parametrize(
    ("payload", "included", "dropped", "back"),
    [
        ({}, True, {}, []),
        ({"order_tax_mode": "TAX_EXCLUDED", "order_lines": None}, False, {}, []),
        (
            {"order_lines": [{"order_line_id": "L-1", "refunds": [{"id": 7, "quantity": 2, "created_date": "soon"}]}]},
            True,
            {},
            [("7", "L-1", 2, None)],
        ),
        (
            {"order_lines": [{"order_line_id": "L-1", "refunds": [{"id": "7", "quantity": None}, "odd"]}]},
            True,
            {},
            [],
        ),
        (
            {"order_lines": [{"order_line_id": "L-1", "cancelations": [{"quantity": 1}, {"quantity": "1"}]}]},
            True,
            {"L-1": 2},
            [],
        ),
        ({"order_lines": [{"refunds": [{"id": "7", "quantity": 1}]}, 5]}, True, {}, []),
    ],
)
def test_what_a_payload_tells_of_pieces(
    payload: dict[str, Any], included: bool, dropped: dict[str, int], back: list[tuple[str, str, int, Any]]
) -> None:
    found = read_demand(payload)
    assert (found.tax_included, found.dropped) == (included, dropped)
    assert [(each.refund_id, each.line_id, each.quantity, each.at) for each in found.back] == back


# SKUs

FACT = ProductFacts("MUG", DAY, quantity=10, price=Decimal("12.50"))
PLACES = Places("WH", {"paris": "WH-P"})


@pytest.mark.parametrize(
    ("fact", "unfelt", "stock"),
    [
        (FACT, 0, {"WH": 10}),
        (FACT, 3, {"WH": 7}),
        (FACT, 12, {"WH": -2}),
        (replace(FACT, quantity=None), 0, {}),
        (replace(FACT, matches=2), 0, {}),
        (replace(FACT, locations={"paris": 6, "attic": 4}), 3, {"WH": 1, "WH-P": 6}),
        (replace(FACT, locations={"paris": 10}), 0, {"WH": 0, "WH-P": 10}),
    ],
)
def test_stock_is_the_shelf_less_what_is_sold_and_not_felt(
    fact: ProductFacts, unfelt: int, stock: dict[str, int]
) -> None:
    wanted = [each.row for each in goods.wanted(fact, Known(unfelt=unfelt), PLACES)]
    assert {row.warehouse: row.in_stock for row in wanted if isinstance(row, StockRow)} == stock
    assert any(isinstance(row, VariantRow) for row in wanted)


def test_what_the_shop_does_not_have_has_no_rows() -> None:
    assert goods.wanted(replace(FACT, matches=0), Known(), PLACES) == []


@pytest.mark.parametrize(
    ("fact", "known", "title", "price", "since"),
    [
        (FACT, Known(), "MUG", "12.50", DAY),
        (FACT, Known("Mug", Decimal(9), since=later(-9)), "Mug", "12.50", later(-9)),
        (replace(FACT, price=None), Known(price=Decimal(9)), "MUG", "9", DAY),
        (replace(FACT, price=None, changed_at=later(-1)), Known(), "MUG", "0", later(-1)),
    ],
)
def test_a_variant_is_called_what_it_was_sold_as(
    fact: ProductFacts, known: Known, title: str, price: str, since: datetime
) -> None:
    row = goods.wanted(fact, known, PLACES)[0].row
    assert isinstance(row, VariantRow)
    assert (row.title, row.price, row.created_at) == (title, Decimal(price), since)


# rows


def test_a_row_is_read_back_as_it_was_kept_whenever_it_was_written() -> None:
    wanted = [*sales.wanted(SOLD, "WH"), *goods.wanted(FACT, Known("Mug"), PLACES)]
    for each in wanted:
        kept = rows.content(each, later(1))
        assert rows.record(each.feed, kept) == replace(each.row, updated_at=later(1))
        assert rows.digest(kept) == rows.digest(rows.content(each, later(2)))


@pytest.mark.parametrize(
    "change", [{"quantity": 2}, {"canceled": True}, {"removed": True}, {"price": Decimal("12.51")}, {"warehouse": "X"}]
)
def test_another_word_is_another_digest(change: dict[str, Any]) -> None:
    (each,) = sales.wanted(SOLD, "WH")
    other = replace(each, row=replace(each.row, **change))
    assert rows.digest(rows.content(each, DAY)) != rows.digest(rows.content(other, DAY))


def test_a_price_is_the_same_however_many_digits_the_database_keeps() -> None:
    (each,) = sales.wanted(SOLD, "WH")
    kept = replace(each, row=replace(each.row, price=Decimal("12.5000")))
    assert rows.digest(rows.content(each, DAY)) == rows.digest(rows.content(kept, DAY))


@pytest.mark.parametrize(
    ("row", "pieces", "idle"),
    [
        (replace(sales.wanted(SOLD, "WH")[0].row), 3, False),
        (replace(sales.wanted(SOLD, "WH")[0].row, canceled=True), 0, True),
        (replace(sales.wanted(SOLD, "WH")[0].row, removed=True), 0, True),
        (StockRow("MUG", "WH", -2, DAY), -2, False),
        (VariantRow("MUG", "Mug", Decimal(1), DAY, DAY, removed=True), 0, True),
    ],
)
def test_what_counts_and_what_says_nothing(row: Any, pieces: int, idle: bool) -> None:
    feed = next(feed for feed, kind in rows.RECORDS.items() if isinstance(row, kind))
    each = Wanted(feed, "k", "s", row)
    assert (each.quantity, each.idle) == (pieces, idle)


# nights

PARIS = Nights(time(2), ZoneInfo("Europe/Paris"), timedelta(minutes=90))


@pytest.mark.parametrize(
    ("now", "last", "coming"),
    [
        ("2026-03-02T00:59", "2026-03-01T01:00", "2026-03-02T01:00"),
        ("2026-03-02T01:00", "2026-03-02T01:00", "2026-03-03T01:00"),
        # the night in which two o'clock does not exist, and the one that has three o'clock twice
        ("2026-03-28T12:00", "2026-03-28T01:00", "2026-03-29T01:00"),
        ("2026-03-29T12:00", "2026-03-29T01:00", "2026-03-30T00:00"),
        ("2026-10-24T12:00", "2026-10-24T00:00", "2026-10-25T00:00"),
        ("2026-10-25T12:00", "2026-10-25T00:00", "2026-10-26T01:00"),
    ],
)
def test_nights_keep_the_planners_clock(now: str, last: str, coming: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert PARIS.last(at) == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert PARIS.next(at) == datetime.fromisoformat(coming).replace(tzinfo=UTC)


def test_files_are_made_ahead_and_an_hour_before_it_is_too_late() -> None:
    run = PARIS.next(DAY)
    assert run - PARIS.due(run) == timedelta(minutes=90)
    assert run - PARIS.too_late(run) == timedelta(hours=1)


# proof

FACTS = {
    "MUG": Planned("MUG", in_stock=10, sold_7=5),
    "LAMP": Planned("LAMP", in_stock=4, sold_7=0),
    "MUTE": Planned("MUTE"),
    "GONE": Planned("GONE", in_stock=1, sold_7=9, removed=True),
}


@pytest.mark.parametrize(
    ("probes", "shown"),
    [
        ([], Shown.UNSAID),
        ([Probe(Feed.STOCK, "MUG", 10)], Shown.PROVEN),
        ([Probe(Feed.STOCK, "MUG", 9)], Shown.IGNORED),
        ([Probe(Feed.STOCK, "MUTE", 9)], Shown.UNSAID),
        ([Probe(Feed.STOCK, "NOWHERE", 9)], Shown.IGNORED),
        ([Probe(Feed.VARIANTS, "MUTE")], Shown.PROVEN),
        ([Probe(Feed.VARIANTS, "GONE")], Shown.IGNORED),
        ([Probe(Feed.SALES, "MUG", 5)], Shown.PROVEN),
        # others sell it as well
        ([Probe(Feed.SALES, "MUG", 2)], Shown.PROVEN),
        ([Probe(Feed.SALES, "MUG", 6)], Shown.IGNORED),
        # what came back weighs as much as what was sold: nothing to compare
        ([Probe(Feed.SALES, "LAMP", 0), Probe(Feed.SALES, "MUG", -1)], Shown.UNSAID),
        # one in two: read whole or not at all
        ([Probe(Feed.STOCK, "MUG", 10), Probe(Feed.STOCK, "LAMP", 9)], Shown.PROVEN),
        ([Probe(Feed.STOCK, "MUG", 1), Probe(Feed.STOCK, "LAMP", 4), Probe(Feed.STOCK, "GONE", 1)], Shown.IGNORED),
    ],
)
def test_what_a_planners_numbers_prove(probes: list[Probe], shown: Shown) -> None:
    assert judge(probes, FACTS).shown is shown


def test_a_doubt_names_what_differs() -> None:
    probes = [Probe(Feed.STOCK, "MUG", 9), Probe(Feed.SALES, "LAMP", 2), Probe(Feed.STOCK, "NOWHERE", 1)]
    words = judge(probes, FACTS).words
    assert "MUG has 10 in stock there and was told with 9" in words
    assert "LAMP has 0 sold in seven days there where 2 were told" in words
    assert "NOWHERE is unknown there" in words


def test_seven_days_are_the_lesser_of_two_ways_to_count_them() -> None:
    run, zone = datetime(2026, 3, 9, 1, tzinfo=UTC), ZoneInfo("Europe/Paris")
    every = [
        Sale("MUG", run - timedelta(days=7, minutes=30), 1),  # of its calendar, not of its hours
        Sale("MUG", run - timedelta(days=3), 2),
        Sale("MUG", run - timedelta(minutes=30), 4),  # today already
        Sale("LAMP", run - timedelta(days=9), 5),
    ]
    assert sold_in_a_week(every, run, zone) == {"MUG": 3, "LAMP": 0}
