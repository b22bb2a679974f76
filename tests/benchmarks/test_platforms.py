"""The measurement of the shops, small: what it says it measures is what happens. Nothing is judged by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks import platforms
from benchmarks.bare_platform import Bare
from benchmarks.platform_phases import PHASES, create, levels, orders, poll
from benchmarks.platform_stage import KINDS, Ground, Opened, run, shops
from mirakl_sync.platforms.registry import OURS
from mirakl_sync.sandbox.plan import KINDS as SIMULATED
from tests.platforms.drafts import addressed, draft

pytestmark = pytest.mark.processes
OFFERS = 30


@pytest.fixture(scope="module", params=KINDS)
def two(request: pytest.FixtureRequest) -> Iterator[list[Ground]]:
    with shops(request.param, OFFERS, count=2) as grounds:
        yield grounds


def test_every_shop_that_is_simulated_is_measured():
    assert set(KINDS) == {spec.key for spec in OURS if spec.connect is not None} & set(SIMULATED)


def test_the_bare_script_makes_the_order_our_client_made_though_the_ids_of_its_shop_are_others(two):
    ours, theirs = map(Opened, two)
    for _ in range(2):
        theirs.platform.create_order(addressed(draft()), held=False)
    wanted = addressed(draft())
    with ours.note.mine() as steps:
        made = ours.platform.create_order(wanted, held=ours.held)
        ours.platform.release_order(made.order_id, wanted)

    Bare(theirs.lines).run(steps)

    there = theirs.platform.find_order(wanted.reference, since=wanted.created_at)
    assert there is not None
    assert (there.live, there.total) == (True, wanted.total)


def test_orders_are_made_and_released_through_our_platform_and_by_the_bare_script(two):
    (found,) = create(two, [{"at_once": 2, "round_trip_ms": 0, "orders": 4}])

    assert found["calls"] >= 2
    assert (found["points"] > 0) == (two[0].kind == "shopify")
    assert found["ratio"] == pytest.approx(found["ours_per_second"] / found["bare_per_second"])


def test_a_poll_of_orders_tells_ours_among_those_of_the_shop(two):
    (found,) = orders(two[:1], ours=2, others=3)

    assert found["told"] == 2
    assert (found["points"] > 0) == (two[0].kind == "shopify")


def test_a_poll_of_stock_tells_what_changed(two):
    _, quiet, changed, sold = poll(two[:1], changes=(0, 5))

    assert quiet["told"] == 0
    assert 5 <= changed["told"] <= OFFERS
    assert 5 <= sold["told"] <= OFFERS


def test_a_look_tells_every_sku_and_its_calls_can_be_made_again(two):
    (found,) = levels(two[:1])

    assert found["told"] == OFFERS + 1
    assert found["calls"] >= 1
    assert found["kilobytes"] > 0


def test_reads_are_measured_at_the_latency_the_shop_is_told(two):
    (found,) = levels([replace(two[0], round_trip_ms=100)])

    assert min(found["seconds"], found["bare_seconds"]) >= 0.1 * found["calls"]


def test_figures_come_from_phases_in_processes_of_their_own_and_are_named_by_size_and_latency(monkeypatch):
    # one of them in a process, or the test would start four
    here = {phase: what for phase, what in PHASES.items() if phase != "levels"}
    monkeypatch.setattr(
        platforms,
        "run",
        lambda phase, grounds, **how: here[phase](grounds, **how) if phase in here else run(phase, grounds, **how),
    )
    small = platforms.Sizes(((1, 0, 1),), offers=5, changes=(0, 2), looks=((5, 0),), ours=1, others=1)

    found = dict(platforms.measure("woocommerce", small))

    assert list(found) == [
        "create.1_at_once.0_ms",
        "orders.1_of_2.50_ms",
        "stock.5.first.50_ms",
        "stock.5.0_changed.50_ms",
        "stock.5.2_changed.50_ms",
        "stock.5.2_sold.50_ms",
        "look.5.0_ms",
    ]
