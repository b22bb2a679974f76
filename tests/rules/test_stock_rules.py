"""How many a marketplace should show: a table of levels and limits, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.policy.model import InDoubt
from mirakl_sync.stock.limits import Limits
from mirakl_sync.stock.rules import Because, Level, spread, wanted

ASK, ZERO, KEEP = InDoubt.ASK, InDoubt.ZERO, InDoubt.KEEP


@pytest.mark.parametrize(
    ("level", "limits", "quantity", "because"),
    [
        # what the shop counts
        ({"quantity": 7}, {}, 7, "level"),
        ({"quantity": 0}, {}, 0, "level"),
        ({"quantity": -3}, {}, 0, "level"),
        ({"quantity": 7, "in_stock": False}, {}, 7, "level"),
        # sold and not yet subtracted there
        ({"quantity": 7, "unfelt": 2}, {}, 5, "sold"),
        ({"quantity": 2, "unfelt": 5}, {}, 0, "sold"),
        # backorders end somewhere: what is owed already counts
        ({"quantity": 2, "backorders": True}, {"backorders": 10}, 12, "backorders"),
        ({"quantity": -4, "backorders": True}, {"backorders": 10}, 6, "backorders"),
        ({"quantity": -14, "backorders": True}, {"backorders": 10}, 0, "backorders"),
        ({"quantity": 2, "backorders": True}, {}, 2, "level"),
        ({"quantity": 2}, {"backorders": 10}, 2, "level"),
        # shares are rounded down
        ({"quantity": 7}, {"share": "50"}, 3, "share"),
        ({"quantity": 1}, {"share": "99.9"}, 0, "share"),
        ({"quantity": 3}, {"share": "33.333333333333333333333333333333333"}, 0, "share"),
        ({"quantity": 3}, {"share": "0"}, 0, "share"),
        ({"quantity": 1000, "unfelt": 1}, {"share": "0.3"}, 2, "share"),
        # buffers
        ({"quantity": 7}, {"buffer": 2}, 5, "buffer"),
        ({"quantity": 2}, {"buffer": 2}, 0, "buffer"),
        ({"quantity": 1}, {"buffer": 2}, 0, "buffer"),
        ({"quantity": 7}, {"buffer": 2, "growing": 3}, 2, "growing"),
        ({"quantity": 7}, {"share": "50", "buffer": 2, "growing": 3}, 0, "growing"),
        # bounds
        ({"quantity": 4}, {"at_least": 5}, 0, "at_least"),
        ({"quantity": 5}, {"at_least": 5}, 5, "level"),
        ({"quantity": 7}, {"buffer": 3, "at_least": 5}, 0, "at_least"),
        ({"quantity": 7}, {"at_most": 5}, 5, "at_most"),
        ({"quantity": 5}, {"at_most": 5}, 5, "level"),
        ({"quantity": 7}, {"at_most": 0}, 0, "at_most"),
        # a person's number, never more than may be sold
        ({"quantity": 7}, {"fixed": 3, "buffer": 6, "at_least": 5, "at_most": 1}, 3, "fixed"),
        ({"quantity": 7}, {"fixed": 7}, 7, "fixed"),
        ({"quantity": 7, "unfelt": 1}, {"fixed": 9}, 6, "sold"),
        ({"quantity": 7}, {"fixed": 9, "share": "50"}, 3, "share"),
        ({"quantity": 7}, {"fixed": 0}, 0, "zeroed"),
        # bundles hold what their parts allow
        ({"components": ((7, 2), (9, 3))}, {}, 3, "components"),
        ({"components": ((7, 2), (None, 3))}, {}, 3, "components"),
        ({"components": ((-1, 2),)}, {}, 0, "components"),
        ({"quantity": 2, "components": ((7, 2), (9, 3))}, {}, 2, "level"),
        ({"quantity": 5, "components": ((7, 2), (9, 3))}, {}, 3, "components"),
        ({"quantity": 0, "backorders": True, "components": ((7, 2),)}, {"backorders": 9}, 3, "components"),
    ],
)
def test_what_is_counted_less_what_is_not_for_this_marketplace(
    level: dict[str, Any], limits: dict[str, Any], quantity: int, because: str
) -> None:
    found = wanted(Level(**level), _limits(**limits))

    assert (found.quantity, found.because, found.question) == (quantity, because, "")


@pytest.mark.parametrize(
    ("level", "limits", "quantity", "because", "question"),
    [
        # the shop does not know the SKU
        ({"matches": 0}, {}, None, "missing", "stock_missing"),
        ({"matches": 0}, {"missing": ZERO}, 0, "missing", ""),
        ({"matches": 0}, {"missing": KEEP}, None, "missing", ""),
        ({"matches": 0}, {"fixed": 4}, None, "missing", "stock_missing"),
        ({"matches": 0}, {"fixed": 0}, 0, "zeroed", ""),
        # it knows too many
        ({"matches": 2, "quantity": 8}, {}, 0, "doubled", "duplicate_offer_sku"),
        ({"matches": 2, "quantity": 8}, {"fixed": 4}, 0, "doubled", "duplicate_offer_sku"),
        # or does not sell it
        ({"sellable": False, "quantity": 8}, {}, 0, "unsellable", ""),
        ({"sellable": False, "quantity": 8}, {"fixed": 4}, 0, "unsellable", ""),
        # it is silent for too long
        ({"stale": True, "quantity": 8}, {}, None, "stale", "stock_stale"),
        ({"stale": True, "quantity": 8}, {"stale": KEEP}, None, "stale", ""),
        ({"stale": True, "quantity": 8}, {"stale": ZERO}, 0, "stale", ""),
        ({"stale": True, "quantity": 8}, {"stale": ZERO, "fixed": 4}, 0, "stale", ""),
        ({"stale": True}, {"uncounted": 5}, None, "stale", "stock_stale"),
        # … but an old none is none, and a person's number is one
        ({"stale": True, "quantity": 0}, {}, 0, "level", ""),
        ({"stale": True, "quantity": 2, "unfelt": 2}, {}, 0, "sold", ""),
        ({"stale": True, "in_stock": False}, {}, 0, "sold_out", ""),
        ({"stale": True, "quantity": 8}, {"fixed": 4}, 4, "fixed", ""),
        # it sells without counting
        ({}, {}, None, "uncounted", "stock_uncounted"),
        ({}, {"uncounted": 5}, 5, "uncounted", ""),
        ({}, {"uncounted": 5, "buffer": 9, "share": "10"}, 5, "uncounted", ""),
        ({}, {"uncounted": 5, "at_most": 3}, 3, "at_most", ""),
        ({}, {"uncounted": 5, "at_least": 6}, 0, "at_least", ""),
        ({}, {"uncounted": 0}, 0, "uncounted", ""),
        ({}, {"fixed": 4}, 4, "fixed", ""),
        ({"in_stock": False}, {"uncounted": 5}, 0, "sold_out", ""),
        ({"in_stock": False}, {"fixed": 5}, 0, "sold_out", ""),
        ({"components": ((None, 2),)}, {}, None, "uncounted", "stock_uncounted"),
    ],
)
def test_where_the_number_is_not_known_the_policy_speaks(
    level: dict[str, Any], limits: dict[str, Any], quantity: int | None, because: str, question: str
) -> None:
    found = wanted(Level(**level), _limits(**limits))

    assert (found.quantity, found.because, found.question) == (quantity, because, question)


@pytest.mark.parametrize(
    ("level", "limits", "steps"),
    [
        (
            {"quantity": 20, "unfelt": 3},
            {"share": "50", "buffer": 2, "growing": 1, "at_most": 4},
            (
                ("the shop counts", 20),
                ("less 3 sold and not yet subtracted by the shop", 17),
                ("50% of it may be sold here", 8),
                ("less 2 kept back", 6),
                ("less 1 kept back while it sells so fast", 5),
                ("never more than 4 are shown", 4),
            ),
        ),
        (
            {"quantity": -2, "backorders": True, "components": ((3, 1),)},
            {"backorders": 9, "at_least": 5},
            (
                ("the shop counts", -2),
                ("and 9 on backorder", 7),
                ("its components allow 3", 3),
                ("fewer than 5 are offered as none", 0),
            ),
        ),
        ({"quantity": -2}, {}, (("the shop counts", -2), ("which is none", 0))),
        (
            {"quantity": 5},
            {"fixed": 9, "fixed_by": "ana"},
            (("the shop counts", 5), ("set to 9 by ana, but no more than may be sold", 5)),
        ),
        ({}, {"fixed": 9}, (("the shop sells it without counting", None), ("set to 9", 9))),
        ({}, {"uncounted": 3}, (("the shop sells it without counting: 3 are offered", 3),)),
        (
            {"quantity": 5},
            {"fixed": 0, "fixed_by": "ana"},
            (("the shop counts", 5), ("taken off sale by ana", 0)),
        ),
        (
            {},
            {"fixed": 0, "fixed_by": "ana", "whole_marketplace": True},
            (("everything on this marketplace taken off sale by ana", 0),),
        ),
        ({"matches": 2}, {}, (("2 products of the shop carry the SKU", 0),)),
        (
            {"quantity": 5, "stale": True},
            {},
            (
                ("the shop counts", 5),
                ("the shop has not confirmed its numbers for too long: the marketplace's number is left alone", None),
            ),
        ),
        ({"matches": 0}, {"missing": ZERO}, (("the shop does not know the SKU: none is offered", 0),)),
    ],
)
def test_the_arithmetic_is_told_step_by_step(
    level: dict[str, Any], limits: dict[str, Any], steps: tuple[tuple[str, int | None], ...]
) -> None:
    assert wanted(Level(**level), _limits(**limits)).steps == steps


@pytest.mark.parametrize(
    ("level", "limits", "available"),
    [
        ({"quantity": 8, "unfelt": 2}, {"share": "10", "buffer": 9}, 6),
        ({"quantity": 1, "backorders": True}, {"backorders": 3, "fixed": 1}, 4),
        # sales go on being told from each other while everything is off sale
        ({"quantity": 8, "unfelt": 2}, {"fixed": 0}, 6),
        ({"quantity": 8, "stale": True}, {}, 8),
        ({}, {"fixed": 0}, None),
        ({}, {"uncounted": 5}, None),
        ({"matches": 0}, {}, None),
        ({"sellable": False, "quantity": 8}, {}, 0),
    ],
)
def test_what_could_be_sold_by_anyone_is_told_too(
    level: dict[str, Any], limits: dict[str, Any], available: int | None
) -> None:
    assert wanted(Level(**level), _limits(**limits)).available == available


COUNTS = st.integers(0, 60)
PERCENT = st.decimals(0, 100, places=3)
LEVELS = st.builds(
    Level,
    quantity=st.none() | st.integers(-20, 200),
    in_stock=st.booleans(),
    sellable=st.sampled_from([True, True, True, False]),
    backorders=st.booleans(),
    matches=st.sampled_from([1, 1, 1, 1, 0, 2]),
    stale=st.sampled_from([False, False, True]),
    unfelt=COUNTS,
    components=st.lists(st.tuples(st.none() | st.integers(-9, 99), st.integers(1, 5)), max_size=3).map(tuple),
)
LIMITS = st.builds(
    Limits,
    share=st.just(Decimal(100)) | PERCENT,
    buffer=COUNTS,
    growing=COUNTS,
    at_least=st.integers(0, 9),
    at_most=st.none() | COUNTS,
    fixed=st.none() | st.none() | COUNTS,
    fixed_by=st.sampled_from(["", "ana"]),
    uncounted=st.none() | COUNTS,
    backorders=COUNTS,
    stale=st.sampled_from(InDoubt),
    missing=st.sampled_from(InDoubt),
)


@given(LEVELS, LIMITS)
def test_it_is_never_negative_and_never_above_what_may_be_sold(level: Level, limits: Limits) -> None:
    found = wanted(level, limits)

    if found.quantity is None:
        return
    assert found.quantity >= 0
    if found.available is not None:
        assert found.quantity <= found.available
    if level.quantity is not None:
        beyond = limits.backorders if level.backorders else 0
        assert found.quantity <= max(level.quantity - level.unfelt + beyond, 0)
    for pieces, each in level.components:
        if pieces is not None:
            assert found.quantity * each <= max(pieces, 0)


@given(LEVELS, LIMITS)
def test_it_always_tells_why_and_the_arithmetic_ends_at_the_number(level: Level, limits: Limits) -> None:
    found = wanted(level, limits)

    assert found.because in set(Because)
    assert found.steps
    assert found.steps[-1][1] == found.quantity
    assert all(words for words, _ in found.steps)
    if found.quantity is None:
        assert found.question or InDoubt.KEEP in (limits.stale, limits.missing)


@given(LEVELS, LIMITS, COUNTS)
def test_more_on_the_shelf_never_lowers_it(level: Level, limits: Limits, more: int) -> None:
    if level.quantity is None:
        return
    less, greater = wanted(level, limits), wanted(replace(level, quantity=level.quantity + more), limits)

    if less.quantity is not None and greater.quantity is not None:
        assert less.quantity <= greater.quantity


@given(LEVELS, LIMITS, COUNTS, st.sampled_from(["unfelt", "buffer", "growing"]))
def test_more_sold_or_kept_back_never_raises_it(level: Level, limits: Limits, more: int, what: str) -> None:
    before = wanted(level, limits)
    if what == "unfelt":
        level = replace(level, unfelt=level.unfelt + more)
    elif what == "buffer":
        limits = replace(limits, buffer=limits.buffer + more)
    else:
        limits = replace(limits, growing=limits.growing + more)
    after = wanted(level, limits)

    if before.quantity is not None and after.quantity is not None:
        assert after.quantity <= before.quantity


@given(LEVELS, st.lists(st.tuples(st.integers(1, 1000), LIMITS), min_size=1, max_size=6), st.integers(0, 1000))
def test_connections_with_shares_of_one_whole_never_offer_a_piece_twice(
    level: Level, parts: Sequence[tuple[int, Limits]], nobodys: int
) -> None:
    whole = sum(weight for weight, _ in parts) + nobodys
    # rounded down to a thousandth of a percent: as a person would write them, and never more than 100 together
    shares = [Decimal(weight * 100_000 // whole) / 1000 for weight, _ in parts]
    found = [wanted(level, replace(limits, share=share)) for share, (_, limits) in zip(shares, parts, strict=True)]
    counted = [each for each in found if each.available is not None]

    if counted:
        shelf = max(each.available or 0 for each in counted)
        assert sum(each.quantity or 0 for each in counted) <= shelf


@given(st.integers(0, 500), st.integers(1, 40))
def test_whole_shares_of_one_whole_sell_all_but_the_roundings(quantity: int, connections: int) -> None:
    share = Decimal(100) / connections if 100 % connections == 0 else Decimal(100 // connections)
    found = wanted(Level(quantity=quantity), Limits(share=share, buffer=0)).quantity

    assert found == int(quantity * share) // 100


@pytest.mark.parametrize(
    ("quantity", "locations", "warehouses", "parts"),
    [
        (9, {"Berlin": 9}, {}, None),
        (9, {"Berlin": 6, "Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 6, "WH-2": 3}),
        # kept back in proportion, the rounding where it took the most
        (4, {"Berlin": 6, "Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 3, "WH-2": 1}),
        (1, {"Berlin": 6, "Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 1, "WH-2": 0}),
        (0, {"Berlin": 6, "Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 0, "WH-2": 0}),
        # a warehouse without stock is told so
        (3, {"Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 0, "WH-2": 3}),
        # two places in one warehouse; a place that is owed goods holds none
        (5, {"Berlin": 2, "Potsdam": 3}, {"Berlin": "WH-1", "Potsdam": "WH-1"}, {"WH-1": 5}),
        (3, {"Berlin": -2, "Lyon": 3}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 0, "WH-2": 3}),
        # more than the mapped places hold: backorders, or places nobody mapped
        (7, {"Berlin": 2, "Lyon": 3, "Rome": 2}, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 4, "WH-2": 3}),
        (7, {"Berlin": 2, "Rome": 5}, {"Berlin": "WH-1", "": "WH-0"}, {"WH-1": 2, "WH-0": 5}),
        (9, {"Berlin": 2, "Rome": 5}, {"Berlin": "WH-1", "": "WH-0"}, {"WH-1": 2, "WH-0": 7}),
        # the shop has one number
        (9, None, {"": "WH-0"}, {"WH-0": 9}),
        (9, None, {"Berlin": "WH-1", "": "WH-0"}, {"WH-1": 0, "WH-0": 9}),
        (9, None, {"Berlin": "WH-1", "Lyon": "WH-2"}, {"WH-1": 9, "WH-2": 0}),
    ],
)
def test_a_number_is_divided_over_their_warehouses(
    quantity: int, locations: dict[str, int] | None, warehouses: dict[str, str], parts: dict[str, int] | None
) -> None:
    assert spread(quantity, locations, warehouses) == parts


PLACES = st.sampled_from(["Berlin", "Lyon", "Rome", "Oslo", ""])


@given(
    st.integers(0, 100),
    st.none() | st.dictionaries(PLACES.filter(bool), st.integers(-5, 40)),
    st.dictionaries(PLACES, st.sampled_from(["A", "B", "C"]), min_size=1),
)
def test_the_parts_add_up_and_no_warehouse_is_given_more_than_it_holds(
    quantity: int, locations: dict[str, int] | None, warehouses: dict[str, str]
) -> None:
    parts = spread(quantity, locations, warehouses)

    assert parts is not None
    assert set(parts) == set(warehouses.values())
    assert sum(parts.values()) == quantity
    assert min(parts.values()) >= 0
    holds = dict.fromkeys(parts, 0)
    for place, pieces in (locations or {}).items():
        if code := warehouses.get(place) or warehouses.get(""):
            holds[code] += max(pieces, 0)
    over = {code for code in parts if parts[code] > holds[code]}
    assert not over or (quantity > sum(holds.values()) and over == {warehouses.get("", next(iter(parts)))})


def _limits(share: str = "100", buffer: int = 0, **given: Any) -> Limits:
    return Limits(share=Decimal(share), buffer=buffer, **given)
