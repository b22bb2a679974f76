"""Whatever becomes of a stock file, one is on its way at a time and the final numbers agree on both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.mirakl.shop import MiraklShop
from mirakl_sync.stock.choosing import preview
from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay

NO_READING = timedelta(days=1)


@pytest.fixture
def day(begin_stock: BeginStock) -> StockDay:
    """Nobody reads the list of offers but who has a reason."""
    day = begin_stock(offers_every=NO_READING)
    day.later(seconds=5)
    return day


def test_a_file_that_fails_whole_is_sent_anew(day: StockDay) -> None:
    day.market.post("imports/fail_next", {"times": 2})
    day.count("MUG", 42)
    day.until(lambda: day.shown("MUG") == 42, within=600)
    day.minutes(1)
    assert [file["state"] for file in day.imports()] == ["FAILED", "FAILED", "COMPLETE"]
    assert [push.state for push in day.pushes()] == ["failed", "failed", "done"]
    day.agree({"MUG": 42})


def test_the_next_file_waits_for_a_slow_one(day: StockDay) -> None:
    day.market.post("imports/slow", {"seconds": 400})
    day.count("MUG", 42)
    day.until(day.imports)
    day.count("LAMP", 0)
    day.minutes(5)
    assert [file["state"] for file in day.imports()] == ["RUNNING"]
    assert day.offer("LAMP").due
    day.minutes(5)
    assert [file["rows"] for file in day.imports()] == [1, 1]
    day.agree({"MUG": 42, "LAMP": 0})


def test_a_number_that_changes_while_its_file_is_worked_off_goes_with_the_next(day: StockDay) -> None:
    day.market.post("imports/slow", {"seconds": 100})
    day.count("MUG", 42)
    day.until(day.imports)
    day.count("MUG", 41)
    day.seconds(40)
    day.count("MUG", 40)
    day.minutes(5)
    assert day.changes("MUG") == [("import", 42), ("import", 40)]
    day.agree({"MUG": 40})


def test_a_number_that_changes_back_while_its_file_is_worked_off_is_told_back(day: StockDay) -> None:
    day.market.post("imports/slow", {"seconds": 60})
    day.count("MUG", 42)
    day.until(day.imports)
    day.count("MUG", 100)
    day.minutes(5)
    assert day.changes("MUG") == [("import", 42), ("import", 100)]
    day.agree({"MUG": 100})


class TestRefusedLines:
    def test_the_reason_stands_at_the_very_sku_and_the_others_are_accepted(self, day: StockDay) -> None:
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": "This offer is locked; ask us"})
        for sku, quantity in (("MUG", 42), ("LAMP", 2), ("RUG", 1)):
            day.count(sku, quantity)
        day.minutes(4)
        row = day.offer("LAMP")
        assert (row.refused, row.refusal, row.due) == (2, "This offer is locked; ask us", False)
        assert [push.rows_refused for push in day.pushes()] == [1]
        day.agree({"MUG": 42, "RUG": 1})

    def test_it_is_sent_again_only_when_something_changes(self, day: StockDay) -> None:
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"]})
        day.count("LAMP", 2)
        day.minutes(6)
        assert len(day.imports()) == 1
        day.reweigh()
        day.minutes(2)
        assert len(day.imports()) == 1, "nothing changed"
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": None})
        day.count("LAMP", 1)
        day.minutes(4)
        day.agree({"LAMP": 1})
        assert (day.offer("LAMP").refused, day.offer("LAMP").refusal) == (None, "")

    def test_another_number_wanted_meanwhile_is_tried(self, day: StockDay) -> None:
        day.market.post("imports/slow", {"seconds": 60})
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"]})
        day.count("LAMP", 2)
        day.until(day.imports)
        day.count("LAMP", 1)
        day.seconds(70)
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": None})
        day.minutes(4)
        day.agree({"LAMP": 1})

    def test_a_report_that_cannot_be_had_does_not_hold_the_lane(self, day: StockDay) -> None:
        day.market.trouble({"what": "fail", "status": 404, "match": "STO03"})
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"]})
        day.count("LAMP", 2)
        day.count("MUG", 42)
        day.minutes(6)
        day.count("RUG", 1)
        day.minutes(4)
        assert day.shown("LAMP") == 5
        day.agree({"MUG": 42, "RUG": 1})
        assert (day.offer("LAMP").refused, day.offer("LAMP").due) == (2, False)

    def test_an_offer_they_do_not_know_any_more(self, day: StockDay) -> None:
        day.market.post("offers/delete", {"skus": ["LAMP"]})
        day.count("LAMP", 2)
        day.count("MUG", 42)
        day.minutes(5)
        assert "does not exist" in day.offer("LAMP").refusal
        day.agree({"MUG": 42})


class TestUnheardFiles:
    def test_taken_and_unheard_is_seen_in_their_list(self, day: StockDay) -> None:
        day.market.trouble({"what": "lose_answer", "match": "STO01", "times": 1})
        day.count("MUG", 42)
        day.minutes(5)
        assert [file["state"] for file in day.imports()] == ["COMPLETE"], "not sent a second time"
        assert "1 of its numbers were seen there" in day.pushes()[0].why
        day.agree({"MUG": 42})

    def test_never_taken_and_unheard_is_sent_again_after_the_look(self, day: StockDay) -> None:
        day.market.trouble({"what": "drop", "match": "STO01", "times": 1})
        day.count("MUG", 42)
        day.minutes(6)
        assert len(day.imports()) == 1
        assert [push.state for push in day.pushes()] == ["done", "done"]
        day.agree({"MUG": 42})

    def test_nothing_else_is_sent_while_nobody_knows(self, day: StockDay) -> None:
        day.market.trouble({"what": "drop", "match": "STO01", "times": 1}, {"what": "fail", "match": "OF52"})
        day.count("MUG", 42)
        day.minutes(2)
        day.count("LAMP", 0)
        day.minutes(5)
        assert len(day.pushes()) == 1
        day.market.trouble()
        day.minutes(6)
        day.agree({"MUG": 42, "LAMP": 0})

    def test_a_file_they_took_and_do_not_know_is_seen_in_their_list(self, day: StockDay) -> None:
        day.market.trouble({"what": "fail", "status": 404, "match": "STO02", "times": 1})
        day.count("MUG", 42)
        day.minutes(5)
        assert len(day.imports()) == 1
        day.agree({"MUG": 42})

    def test_worked_off_after_we_gave_it_up_it_is_seen_and_corrected(self, begin_stock: BeginStock) -> None:
        """It waits for long on their side: the number that was sent after it is overwritten by the old one."""
        day = begin_stock(offers_every=timedelta(minutes=5), market={"imports_overtake": True})
        day.later(seconds=5)
        day.market.post("imports/slow", {"seconds": 300})
        day.market.trouble({"what": "lose_answer", "match": "STO01", "times": 1})
        day.count("MUG", 42)
        day.minutes(2)
        day.count("MUG", 41)
        day.minutes(20)
        assert [number for by, number in day.changes("MUG") if by == "import"][-3:] == [41, 42, 41]
        day.agree({"MUG": 41})


def test_a_dry_run_marks_nothing(day: StockDay) -> None:
    day.change_connection(paused=["stock"])
    day.count("MUG", 42)
    day.minutes(2)
    before = day.account().partition("\n")[2]
    with day.wiring.db.reading() as tx:
        opened = day.wiring.connections.open(tx, day.world.connection)
        assert list(preview(tx, opened)) == [("MUG", 100, 42, None)]
    assert day.account().partition("\n")[2] == before
    assert day.imports() == []


def test_a_person_in_a_hurry_gets_a_file_without_a_look_at_the_orders(day: StockDay) -> None:
    day.change_connection(paused=["orders"])
    day.count("MUG", 42)
    day.lane(hurry="erin")
    day.seconds(50)
    day.agree({"MUG": 42})
    assert day.lane().hurry == ""


def test_two_workers_send_one_file(day: StockDay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker visits the lane in the very moment of the call."""
    send, said = MiraklShop.send_stock, []

    def sent(shop: MiraklShop, lines: object) -> str:
        import_id = send(shop, lines)  # type: ignore[arg-type]  # handed on as they came
        said.append(day.push())
        return import_id

    monkeypatch.setattr(MiraklShop, "send_stock", sent)
    day.count("MUG", 42)
    day.minutes(3)
    assert said == ["somebody else is at it"]
    assert len(day.imports()) == 1
    day.agree({"MUG": 42})


def test_a_wrong_role_is_asked_about_and_closes_itself(day: StockDay) -> None:
    day.market.trouble({"what": "fail", "status": 403, "match": "STO01"})
    day.count("MUG", 42)
    day.minutes(3)
    assert day.questions() == ["misconfigured"]
    assert day.offer("MUG").due
    order = day.buy("LAMP")
    day.minutes(3)
    assert day.state(order) == "placed", "orders go on"
    day.market.trouble()
    day.minutes(9)
    assert day.questions() == []
    day.agree({"MUG": 42})
