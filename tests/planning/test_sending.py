"""Sales and stock reach a planner by files: once, in time, whatever is lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.db.models import PlannerDesk, Store
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.planning import sending
from mirakl_sync.platforms.planner import Way
from tests.planning.conftest import Begin
from tests.planning.study import Study

CALLS = ("bring", "brought")


def test_a_first_file_tells_variants_stock_and_sales_in_this_order(desk: Study) -> None:
    order = desk.sell(("MUG", 2), ("LAMP", 1))

    desk.send()
    assert [file.feed for file in desk.files()] == ["variants", "stock", "sales"]
    desk.night()

    assert desk.planner.variants["MUG"].title == "A mug"
    assert desk.planner.stock["MUG", "WH"].in_stock == 10
    sale = desk.planner.sales[f"acme:{order}", f"acme:{order}-1"]
    assert (sale.quantity, str(sale.price), sale.currency, sale.tax_included) == (2, "12.5", "EUR", True)
    assert (sale.reference, sale.marketplace, sale.warehouse) == (order, "Acme", "WH")


def test_no_file_is_made_when_nothing_changed(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.send()
    made = len(desk.files())

    desk.later(days=1)
    desk.send()

    assert len(desk.files()) == made


def test_only_what_changed_is_in_the_next_file(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.send()
    desk.later(hours=1)
    desk.count("MUG", 8)
    desk.send()

    assert [(file.feed, file.rows) for file in desk.files()[3:]] == [("stock", 1)]


def test_an_order_read_again_and_again_counts_once(desk: Study) -> None:
    order = desk.sell(("MUG", 2))
    for state in ("SHIPPING", "SHIPPED", "RECEIVED", "CLOSED"):
        desk.shows(order, state)
        desk.send()
        desk.night()

    assert desk.planner.demand("MUG") == 2
    assert [file.feed for file in desk.files()].count("sales") == 1


@pytest.mark.parametrize("state", ["STAGING", "WAITING_ACCEPTANCE"])
def test_what_nobody_said_yes_to_is_not_told(desk: Study, state: str) -> None:
    order = desk.sell(("MUG", 2), state=state)
    desk.send()
    assert desk.told("sales") == {}

    desk.shows(order, "SHIPPING")
    desk.send()
    desk.night()
    assert desk.planner.demand("MUG") == 2


def test_a_refused_order_is_never_told(desk: Study) -> None:
    order = desk.sell(("MUG", 2), state="WAITING_ACCEPTANCE")
    desk.shows(order, "REFUSED", {1: "REFUSED"})
    desk.send()

    assert desk.told("sales") == {}


def test_a_canceled_order_is_told_again_as_canceled(desk: Study) -> None:
    order = desk.sell(("MUG", 2), ("LAMP", 1))
    desk.send()
    desk.later(hours=1)
    desk.shows(order, "CANCELED", {1: "CANCELED", 2: "CANCELED"})
    desk.send()
    desk.night()

    assert desk.planner.demand("MUG") == desk.planner.demand("LAMP") == 0
    assert all(sale.canceled for sale in desk.planner.sales.values())


def test_goods_that_came_back_are_a_row_of_their_own(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    desk.send()
    desk.later(days=2)
    refund = {"id": "77", "quantity": 1, "created_date": desk.clock().isoformat()}
    desk.shows(order, "SHIPPED", order_lines=[{"order_line_id": f"{order}-1", "refunds": [refund]}])
    desk.send()
    desk.night()

    back = desk.planner.sales[f"acme:{order}", f"acme:{order}-1:return:77"]
    assert (back.quantity, back.created_at) == (-1, desk.files()[-1].made_at)
    assert desk.planner.demand("MUG") == 2


@pytest.mark.parametrize("what", ["fail", "lose_answer"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_call_that_fails_or_is_not_answered_leaves_exactly_one_file_read(
    desk: Study, call: str, what: str, number: int
) -> None:
    desk.sell(("MUG", 2))
    # the look comes only after an unheard answer
    desk.planner.trouble = [("bring", "lose_answer"), (call, what)][: 2 if call == "brought" else 1]
    if call == "bring":
        desk.planner.trouble = [(call, what)] * number
    for _ in range(8):
        desk.turn() if desk.waiting() else desk_send(desk)
    desk.night()

    assert sorted(desk.planner.read) == sorted(set(desk.planner.read))
    assert len(desk.planner.read) == 3
    assert {file.state for file in desk.files()} == {"brought"}
    assert desk.planner.demand("MUG") == 2


def desk_send(desk: Study) -> None:
    try:
        desk.send()
    except MiraklSyncError:
        desk.clock.advance(sending.MENDED_BY_PEOPLE)


def test_an_unheard_file_the_planner_read_meanwhile_comes_again_and_counts_once(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.planner.trouble = [("bring", "lose_answer")]
    desk_send(desk)
    desk.night()
    desk.turn()
    desk.night()

    assert desk.planner.demand("MUG") == 2
    assert desk.planner.stock["MUG", "WH"].in_stock == 10


def test_nothing_newer_is_brought_before_what_nobody_answered_about(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.planner.trouble = [("bring", "fail"), ("bring", "fail")]
    desk_send(desk)
    desk.count("MUG", 1)
    desk_send(desk)
    desk.turn()
    desk.night()

    assert desk.planner.stock["MUG", "WH"].in_stock == 1
    assert [file.name for file in desk.files()] == sorted(desk.planner.read, key=lambda n: desk_order(desk, n))


def desk_order(desk: Study, name: str) -> int:
    return next(file.id for file in desk.files() if file.name == name)


def test_files_are_made_ahead_of_the_nightly_run_and_once_for_it(desk: Study, bells: RecordingDispatcher) -> None:
    desk.sell(("MUG", 2))
    rung = []
    # two in Paris is one in UTC: made at half past eleven
    for minute in (29, 30, 31):
        desk.clock.at = desk.clock.at.replace(hour=23, minute=minute)
        sending.due(desk.wiring)
        rung.append("planning.send" in [bell.task for bell in bells.sent])
        desk.turn()
        bells.sent.clear()

    assert rung == [False, True, False]
    assert len(desk.files()) == 3
    assert {file.window.hour for file in desk.files()} == {1}


def test_a_worker_killed_between_keeping_a_file_and_bringing_it_leaves_one_file_read(
    desk: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sell(("MUG", 2))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.planner, "bring", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.send()
    monkeypatch.undo()
    assert desk.waiting() == 3

    desk.turn()
    desk.night()
    assert len(desk.planner.read) == 3


def test_a_worker_that_died_with_the_lease_is_followed_when_it_is_over(desk: Study) -> None:
    desk.send()
    with desk.db.transaction() as tx:
        tx.get_one(PlannerDesk, desk.pk).leased_until = desk.clock() + timedelta(minutes=10)
    assert desk.turn() == "somebody else is at it"
    desk.later(minutes=11)
    assert desk.turn() != "somebody else is at it"


def test_a_line_that_does_not_fit_keeps_no_other_back(desk: Study) -> None:
    desk.count("ODD\nSKU", 3)
    desk.planner.misfits = {"ODD\nSKU"}
    desk.send()
    desk.night()

    assert set(desk.planner.variants) == {"MUG", "LAMP"}
    assert "does not fit" in desk.told("variants")["ODD\nSKU"].refusal


def test_a_sale_of_what_no_variant_knows_waits_until_the_shop_has_it(desk: Study) -> None:
    desk.sell(("GHOST", 1))
    desk.send()
    assert [row.orphan for row in desk.told("sales").values()] == [True]

    desk.later(hours=1)
    desk.count("GHOST", 5)
    desk.send()
    desk.night()
    assert desk.planner.demand("GHOST") == 1


def test_a_product_that_is_gone_is_taken_off_the_plan(desk: Study) -> None:
    desk.send()
    desk.count("LAMP", None, matches=0)
    desk.send()
    desk.night()

    assert desk.planner.variants["LAMP"].removed
    assert desk.planner.stock["LAMP", "WH"].removed


def test_places_of_stock_are_told_by_the_planners_warehouses(begin: Begin) -> None:
    desk = begin(warehouses={"paris": "WH-P", "lyon": "WH-L"})
    desk.count("MUG", 9, locations={"paris": 5, "lyon": 3, "attic": 1})
    desk.send()
    desk.night()

    assert {name: row.in_stock for (sku, name), row in desk.planner.stock.items() if sku == "MUG"} == {
        "WH": 1,
        "WH-P": 5,
        "WH-L": 3,
    }


def test_another_warehouse_in_the_settings_tells_every_line_anew(desk: Study) -> None:
    desk.sell(("MUG", 2), at=desk.clock() - timedelta(days=100))
    desk.send()
    desk.later(days=10)
    desk.send()
    with desk.db.transaction() as tx:
        store = tx.get_one(Store, desk.pk)
        store.settings = {**store.settings, "warehouse": "NEW"}
    desk.send()
    desk.night()

    assert {row.warehouse for row in desk.planner.sales.values()} == {"NEW"}
    assert {name for (_, name), row in desk.planner.stock.items() if not row.removed} == {"NEW"}


def test_a_planner_with_a_connection_of_its_own_is_sent_nothing(desk: Study) -> None:
    desk.planner.way = Way.NATIVE
    desk.sell(("MUG", 2))

    assert "nothing is sent" in desk.send()
    assert desk.told("sales") == {}


def test_a_refused_login_is_asked_about_once_and_closes_by_itself(desk: Study) -> None:
    desk.planner.trouble = [("bring", "forbid")]
    desk_send(desk)
    assert ("misconfigured", "planner:ip") in desk.questions()

    desk.turn()
    assert desk.questions() == {}
