"""The speed of sales, and the buffer it asks for: against known quantiles, and what holds for all of them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock.velocity import FADES, after_sale, faded, growing_buffer, of_use, shrinks_at

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
A_MINUTE = 60.0
SPEEDS = st.floats(0, 1) | st.floats(0, 1e-4)
DELAYS = st.floats(0, 3600)


@pytest.mark.parametrize(
    ("minutes", "left"), [(0, 1.0), (30, 1 / math.e), (60, math.e**-2), (90, math.e**-3), (-10, 1.0)]
)
def test_a_speed_fades_to_a_third_in_half_an_hour(minutes: float, left: float) -> None:
    assert faded(0.02, NOW, NOW + timedelta(minutes=minutes)) == pytest.approx(0.02 * left)


def test_it_fades_to_nothing_and_nothing_is_known_before_the_first_sale() -> None:
    assert faded(0.02, NOW, NOW + timedelta(hours=12)) == 0
    assert faded(0.02, None, NOW) == 0
    assert after_sale(0.0, None, 1, NOW) == pytest.approx(1 / 1800)


def test_steady_sales_lead_to_their_speed_whatever_was_before() -> None:
    for before in (0.0, 0.5):
        speed, at = before, NOW
        for _ in range(400):
            speed, at = after_sale(speed, at, 1, at + timedelta(seconds=50)), at + timedelta(seconds=50)

        assert speed == pytest.approx(1 / 50, rel=0.02)


def test_sales_by_chance_lead_to_about_their_speed() -> None:
    chance, seen = Random(5), []
    speed, at = 0.0, NOW
    for _ in range(5000):
        later = at + timedelta(seconds=chance.expovariate(0.02))
        seen.append(faded(speed, at, later))
        speed, at = after_sale(speed, at, 1, later), later

    assert sum(seen[500:]) / len(seen[500:]) == pytest.approx(0.02, rel=0.05)


def test_several_pieces_at_once_count_as_several() -> None:
    assert after_sale(0.01, NOW, 3, NOW) == pytest.approx(after_sale(after_sale(0.01, NOW, 1, NOW), NOW, 2, NOW))
    assert after_sale(0.01, NOW, 0, NOW) == 0.01
    assert after_sale(0.01, NOW, -2, NOW) == 0.01


@pytest.mark.parametrize(
    ("mean", "cover", "buffer"),
    [
        # quantiles of the Poisson distribution, as in printed tables
        ("0.001", "99.9", 0),
        ("0.0011", "99.9", 1),
        ("0.1", "95", 1),
        ("0.1", "90", 0),
        ("0.5", "99", 3),
        ("1", "95", 3),
        ("1", "99.9", 5),
        ("2", "50", 2),
        ("5", "95", 9),
        ("5", "99.9", 13),
        ("10", "50", 10),
        ("10", "95", 15),
        ("10", "99.9", 21),
        ("100", "99.9", 132),
        ("1000", "95", 1052),
        ("1000", "99.9", 1099),
        ("5000", "99.999", 5304),
    ],
)
def test_as_many_are_kept_back_as_sell_within_the_delay_with_that_certainty(mean: str, cover: str, buffer: int) -> None:
    policy = _policy(cover=cover)

    assert growing_buffer(float(mean) / A_MINUTE, A_MINUTE, policy) == buffer
    assert _chance_of_more(Decimal(mean), buffer) <= 1 - Decimal(cover) / 100
    assert buffer == 0 or _chance_of_more(Decimal(mean), buffer - 1) > 1 - Decimal(cover) / 100


@pytest.mark.parametrize(
    ("speed", "delay", "policy", "buffer"),
    [
        (0.5, 60.0, StockPolicy(buffer_grows=False), 0),
        (0.0, 60.0, StockPolicy(buffer_grows=True), 0),
        (0.5, 0.0, StockPolicy(buffer_grows=True), 0),
        (0.5, 60.0, StockPolicy(buffer_grows=True), 25),
        (0.5, 60.0, StockPolicy(buffer_grows=True, buffer_at_most=4), 4),
        (0.5, 60.0, StockPolicy(buffer_grows=True, buffer_at_most=0), 0),
        (1e9, 3600.0, StockPolicy(buffer_grows=True), 25),
        (0.5, 60.0, StockPolicy(buffer_grows=True, buffer_cover=Decimal(0)), 0),
        (1e-6, 60.0, StockPolicy(buffer_grows=True, buffer_cover=Decimal(100)), 25),
    ],
)
def test_the_policy_bounds_it(speed: float, delay: float, policy: StockPolicy, buffer: int) -> None:
    assert growing_buffer(speed, delay, policy) == buffer


@given(SPEEDS, SPEEDS, DELAYS, DELAYS)
def test_a_faster_sale_or_a_longer_delay_never_asks_for_less(
    one: float, other: float, short: float, long: float
) -> None:
    (slow, fast), (short, long) = sorted((one, other)), sorted((short, long))

    assert growing_buffer(slow, short, _policy()) <= growing_buffer(fast, short, _policy())
    assert growing_buffer(slow, short, _policy()) <= growing_buffer(slow, long, _policy())


@given(SPEEDS, DELAYS, st.floats(50, 99.9999), st.floats(50, 99.9999))
def test_more_certainty_never_asks_for_less(speed: float, delay: float, one: float, other: float) -> None:
    less, more = (_policy(cover=f"{cover:.9f}") for cover in sorted((one, other)))

    assert growing_buffer(speed, delay, less) <= growing_buffer(speed, delay, more)


@given(SPEEDS.filter(lambda speed: speed > 0), st.floats(1, 600), st.integers(1, 40))
def test_it_shrinks_when_told_and_not_before(speed: float, delay: float, at_most: int) -> None:
    policy = StockPolicy(buffer_grows=True, buffer_at_most=at_most)
    buffer = growing_buffer(speed, delay, policy)
    at = shrinks_at(speed, delay, policy, NOW)

    assert (at is None) == (buffer == 0)
    if at is not None:
        assert at > NOW
        assert growing_buffer(faded(speed, NOW, at), delay, policy) < buffer
        before = max(at - timedelta(seconds=1), NOW)
        assert growing_buffer(faded(speed, NOW, before), delay, policy) == buffer


def test_left_alone_it_shrinks_step_by_step_to_nothing_within_hours() -> None:
    speed, at, delay, policy = 0.05, NOW, 120.0, _policy()
    moments, buffers = [NOW], [growing_buffer(speed, delay, policy)]
    while (then := shrinks_at(speed, delay, policy, at)) is not None:
        speed, at = faded(speed, at, then), then
        moments.append(then)
        buffers.append(growing_buffer(speed, delay, policy))

    assert buffers[0] == 15
    assert buffers[-1] == 0
    assert all(later < earlier for earlier, later in pairwise(buffers))
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert FADES < moments[-1] - NOW < timedelta(hours=6)


def test_a_certainty_nobody_can_have_keeps_all_it_may_until_the_speed_is_nothing() -> None:
    policy = StockPolicy(buffer_grows=True, buffer_cover=Decimal(100))
    at = shrinks_at(0.02, 60.0, policy, NOW)

    assert at is not None
    assert growing_buffer(faded(0.02, NOW, at - timedelta(seconds=2)), 60.0, policy) == 25
    assert faded(0.02, NOW, at) == 0


def _policy(cover: str = "99.9") -> StockPolicy:
    return StockPolicy(buffer_grows=True, buffer_cover=Decimal(cover), buffer_at_most=1_000_000)


def _chance_of_more(mean: Decimal, pieces: int) -> Decimal:
    """P(X > pieces) of a Poisson distribution, to fifty digits and by its definition."""
    with localcontext(prec=50):
        term = total = (-mean).exp()
        for number in range(1, pieces + 1):
            term = term * mean / number
            total += term
        return 1 - total


@pytest.mark.parametrize(("left", "kept"), [(0, 7), (69, 7), (70, 0), (9000, 0), (None, 7)])
def test_where_there_is_plenty_nothing_is_kept_back_yet(left: int | None, kept: int) -> None:
    assert of_use(7, left) == kept
    assert of_use(0, left) == 0


@given(st.integers(0, 50), st.integers(0, 1000))
def test_one_piece_fewer_is_never_offered_as_more(buffer: int, left: int) -> None:
    assert max(left - of_use(buffer, left), 0) <= max(left + 1 - of_use(buffer, left + 1), 0)


def test_a_shorter_memory_follows_a_rush_sooner_and_forgets_it_sooner() -> None:
    short, minute = timedelta(seconds=20), timedelta(minutes=1)
    policy = StockPolicy(buffer_grows=True, buffer_remembers=short)
    quick = slow = 0.0
    at = NOW
    for _ in range(60):
        at += timedelta(seconds=1)
        quick, slow = after_sale(quick, at - timedelta(seconds=1), 1, at, short), after_sale(slow, at, 1, at)

    assert quick == pytest.approx(1, rel=0.1)
    assert slow < 0.05
    assert faded(quick, at, at + minute, short) < 0.06
    again, later = shrinks_at(quick, 10, policy, at), shrinks_at(quick, 10, StockPolicy(buffer_grows=True), at)
    assert again is not None
    assert later is not None
    assert again < later
