"""Which rule holds for an offer: the policy's, a category's, a SKU's; everybody's or one connection's; for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from mirakl_sync.policy.model import InDoubt, StockPolicy
from mirakl_sync.stock.limits import Limits, Override, applying, ends_at, limits

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOON, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(seconds=1)
POLICY = StockPolicy(
    share=Decimal("33.3"),
    buffer=1,
    at_least=2,
    at_most=99,
    uncounted=5,
    backorders=4,
    stale=InDoubt.ZERO,
    missing=InDoubt.KEEP,
)


def test_without_rules_the_policy_holds() -> None:
    assert _of([]) == Limits(
        share=Decimal("33.3"),
        buffer=1,
        at_least=2,
        at_most=99,
        uncounted=5,
        backorders=4,
        stale=InDoubt.ZERO,
        missing=InDoubt.KEEP,
    )


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        # the scope counts before the connection
        ({"scope": "category", "name": "Shoes", "connection_id": 1}, {"scope": "sku", "name": "A1"}),
        ({"scope": "category", "name": "Shoes"}, {"scope": "category", "name": "Sale", "connection_id": 1}),
        ({"scope": "sku", "name": "A1"}, {"scope": "sku", "name": "A1", "connection_id": 1}),
    ],
)
def test_the_nearer_rule_wins_in_whatever_order_they_were_made(
    weaker: dict[str, Any], stronger: dict[str, Any]
) -> None:
    rules = [Override(**weaker, buffer=7), Override(**stronger, buffer=8)]

    assert {_of(order).buffer for order in permutations(rules)} == {8}


def test_among_equals_the_later_wins() -> None:
    assert _of([_rule(buffer=7), _rule(buffer=8)]).buffer == 8
    assert _of([_rule(buffer=8), _rule(buffer=7)]).buffer == 7


def test_each_field_is_decided_by_itself() -> None:
    found = _of(
        [
            Override("category", "Shoes", share=50, buffer=9, at_least=3),
            Override("sku", "A1", buffer=7, at_most=10),
            Override("sku", "A1", 1, fixed=4, made_by="ana"),
            Override("sku", "A1", buffer=0, made_by="bo"),
        ]
    )

    assert (found.share, found.buffer, found.at_least, found.at_most) == (Decimal(50), 0, 3, 10)
    assert (found.fixed, found.fixed_by) == (4, "ana")
    assert found.uncounted == 5


@pytest.mark.parametrize(
    "other",
    [
        Override("sku", "B2", buffer=7),
        Override("sku", "Shoes", buffer=7),
        Override("category", "Hats", buffer=7),
        Override("category", "A1", buffer=7),
        Override("sku", "A1", 2, buffer=7),
        Override("sku", "A1", buffer=7, until=NOW),
        Override("sku", "A1", buffer=7, until=BEFORE),
        Override("brand", "A1", buffer=7),
    ],
)
def test_rules_about_others_and_ended_ones_do_not_count(other: Override) -> None:
    assert _of([other]) == _of([])
    assert _of([_rule(buffer=6), other]).buffer == 6


def test_a_rule_counts_until_its_end() -> None:
    assert _of([_rule(fixed=3, until=SOON)]).fixed == 3


def test_panic_stands_over_every_rule_until_it_ends() -> None:
    rules = [_rule(fixed=3, made_by="ana")]
    found = _of(rules, zero_until=SOON, zero_by="bo")

    assert (found.fixed, found.fixed_by, found.whole_marketplace) == (0, "bo", True)
    assert _of(rules, zero_until=NOW, zero_by="bo") == _of(rules)


def test_the_growing_part_stands_beside_the_buffer() -> None:
    found = _of([_rule(buffer=2)], growing=3)

    assert (found.buffer, found.growing) == (2, 3)


@pytest.mark.parametrize(
    ("untils", "zero_until", "ends"),
    [
        ([], None, None),
        ([None], None, None),
        ([SOON], None, SOON),
        ([SOON, SOON + timedelta(hours=1), BEFORE, None], None, SOON),
        ([SOON], NOW + timedelta(minutes=5), NOW + timedelta(minutes=5)),
        ([BEFORE, NOW], BEFORE, None),
    ],
)
def test_the_next_end_is_when_time_alone_changes_the_limits(
    untils: list[datetime | None], zero_until: datetime | None, ends: datetime | None
) -> None:
    assert ends_at([_rule(buffer=1, until=until) for until in untils], NOW, zero_until) == ends


def test_the_limits_stay_as_they_are_until_the_told_end_and_change_then() -> None:
    rules = [_rule(buffer=4, until=SOON), _rule(fixed=2, until=SOON + timedelta(hours=1))]
    end = ends_at(rules, NOW)

    assert end is not None
    assert _of(rules, now=end - timedelta(microseconds=1)) == _of(rules)
    assert _of(rules, now=end) != _of(rules)


def test_only_rules_about_the_offer_apply_to_it() -> None:
    mine = [Override("sku", "A1"), Override("category", "Sale", 1)]
    others = [Override("sku", "B2"), Override("sku", "A1", 2)]

    found = applying([*others, *mine], sku="A1", categories=("Shoes", "Sale"), connection_id=1)
    assert found == [mine[1], mine[0]]


def _rule(**given: Any) -> Override:
    return Override("sku", "A1", **given)


def _of(rules: Any, now: datetime = NOW, **given: Any) -> Limits:
    return limits(POLICY, list(rules), sku="A1", categories=("Shoes", "Sale"), connection_id=1, now=now, **given)
