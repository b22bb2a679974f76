"""A planner is read after its night: what it plans is kept, and what it does not show is asked about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from mirakl_sync.db.models import PlannerFile
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import Misconfigured, Refused, Unavailable
from mirakl_sync.planning import acts, queries, reading, sending, watch
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Incoming, Planned
from mirakl_sync.upkeep import prune
from tests.planning.conftest import Begin
from tests.planning.study import Study


def read(desk: Study) -> str:
    """The morning after: the night is over, the planner is read, questions are asked."""
    desk.later(hours=4)
    words = reading.read(desk.pk, desk.wiring).sentence()
    watch.watch(desk.wiring)
    return words


def a_night(desk: Study) -> str:
    """The evening's files, the night, the morning."""
    desk.evening()
    desk.night()
    return read(desk)


def states(desk: Study) -> list[str]:
    """Of the files, the oldest first."""
    return [file.state for file in desk.files()]


def test_what_arrived_is_proven_by_the_planners_numbers(desk: Study) -> None:
    desk.sell(("MUG", 2), ("LAMP", 1))

    assert a_night(desk) == "2 SKUs read, 0 on their way; 3 files looked for, 0 in doubt"
    assert states(desk) == ["proven", "proven", "proven"]
    assert desk.questions() == {}


@pytest.mark.parametrize("feed", list(Feed), ids=str)
def test_a_file_the_planner_throws_away_is_in_doubt_in_the_morning(desk: Study, feed: Feed) -> None:
    desk.sell(("MUG", 2))
    a_night(desk)
    desk.later(hours=1)
    desk.planner.deaf = {feed}
    desk.sell(("MUG", 1), ("HAT", 2))
    desk.count("HAT", 7)
    desk.count("MUG", 9)
    a_night(desk)

    doubted = {file.feed for file in desk.files() if file.state == "ignored"}
    # without its variant the planner shows neither stock nor sales of the new one
    assert feed in doubted
    question = desk.questions()["planner_unproven", "ip"]
    assert all(file.name in question.question for file in desk.files() if file.state == "ignored")


def test_what_is_replayed_is_told_as_it_stands_now_and_closes_the_question(desk: Study) -> None:
    desk.planner.deaf = {Feed.SALES}
    order = desk.sell(("MUG", 2))
    a_night(desk)
    (ignored,) = [file for file in desk.files() if file.state == "ignored"]

    desk.planner.deaf = set()
    desk.shows(order, "CANCELED", {1: "CANCELED"})
    desk.sell(("MUG", 3))
    with desk.db.transaction() as tx:
        _, lines = acts.replay(tx, ignored.id, "ann")
    a_night(desk)

    assert lines == 1
    assert desk.planner.demand("MUG") == 3
    assert [file.state for file in desk.files() if file.feed == "sales"] == ["lost", "proven"]
    assert desk.questions() == {}


def test_a_planner_that_was_only_late_closes_the_question_by_itself(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.evening()
    desk.later(hours=2)
    read(desk)
    assert ("planner_unproven", "ip") in desk.questions()

    desk.evening()
    desk.night()
    read(desk)
    assert desk.questions() == {}


def test_steady_sales_do_not_hide_a_night_that_is_missing(desk: Study) -> None:
    for _ in range(9):
        desk.sell(("MUG", 1), ("LAMP", 1))
        a_night(desk)
        desk.later(hours=2)
    desk.planner.deaf = {Feed.SALES}
    desk.sell(("MUG", 1), ("LAMP", 1))
    a_night(desk)

    assert [file.state for file in desk.files() if file.feed == "sales"][-1] == "ignored"


def test_sales_of_other_channels_do_not_cast_doubt(desk: Study) -> None:
    desk.sell(("MUG", 1))
    desk.send()
    sold = next(iter(desk.told("sales").values())).content
    desk.night()
    desk.planner.take(json.dumps({**sold, "feed": "sales", "order": "shop", "line": "1", "quantity": 40}).encode())

    read(desk)
    assert set(states(desk)) == {"proven"}


def test_an_old_sale_cannot_be_proven_and_casts_no_doubt(desk: Study) -> None:
    desk.sell(("MUG", 2), at=desk.clock() - timedelta(days=60))
    a_night(desk)

    assert [file.state for file in desk.files() if file.feed == "sales"] == ["brought"]
    assert desk.questions() == {}


def test_plans_and_goods_on_their_way_are_kept_for_people(desk: Study) -> None:
    order = desk.sell(("MUG", 2))
    desk.planner.on_their_way = [
        Incoming("MUG", 60, date(2026, 4, 1), "PO-2", "spring"),
        Incoming("MUG", 40, date(2026, 3, 20), "PO-1"),
        Incoming("LAMP", 5, None, "PO-3"),
    ]
    a_night(desk)

    with desk.db.reading() as tx:
        (plan,) = queries.of_sku(tx, "MUG", "acme")
        arriving = queries.incoming(tx, "ip", 1, 10)
    assert (plan.in_stock, plan.told_stock, plan.sold_7, plan.to_order, plan.days_left) == (10, 10, 2, 4, 12)
    assert (plan.expected, plan.next_day) == (100, date(2026, 3, 20))
    assert [(sale.key, sale.quantity, sale.told) for sale in plan.sales] == [(f"acme:{order}-1", 2, True)]
    assert [(each.sku, each.quantity) for each in arriving.rows] == [("MUG", 40), ("MUG", 60), ("LAMP", 5)]


def test_a_reading_that_breaks_off_leaves_what_was_known_and_is_tried_again(desk: Study) -> None:
    a_night(desk)
    desk.planner.trouble = [("planned", "fail")]
    with pytest.raises(Unavailable):
        read(desk)

    with desk.db.reading() as tx:
        assert queries.of_sku(tx, "MUG")[0].known
    assert desk.row().leased_until is None
    assert desk.row().next_read_at == desk.clock() + sending.AGAIN


def test_a_refused_key_is_asked_about_and_closes_with_the_next_reading(desk: Study) -> None:
    desk.planner.trouble = [("incoming", "forbid")]
    with pytest.raises(Misconfigured):
        read(desk)
    assert ("misconfigured", "planner read:ip") in desk.questions()

    read(desk)
    assert desk.questions() == {}


def test_the_night_is_looked_at_once(desk: Study, bells: RecordingDispatcher) -> None:
    a_night(desk)
    sending.due(desk.wiring)
    assert [bell.task for bell in bells.sent] == []

    desk.later(days=1)
    sending.due(desk.wiring)
    assert [bell.task for bell in bells.sent] == ["planning.read"]


def test_a_reading_that_begins_before_the_night_is_over_does_not_stand_for_it(
    desk: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.evening()
    desk.night()
    desk.later(hours=2, minutes=59)
    planned = desk.planner.planned

    def slowly() -> Iterable[Planned]:
        desk.later(minutes=5)
        return planned()

    monkeypatch.setattr(desk.planner, "planned", slowly)
    reading.read(desk.pk, desk.wiring)
    assert desk.row().read_for is None
    read(desk)
    assert desk.row().read_for is not None


def test_a_sale_whose_sku_nobody_has_is_asked_about_until_a_shop_has_it(desk: Study) -> None:
    order = desk.sell(("GHOST", 1))
    a_night(desk)
    question = desk.questions()["planner_orphan", "ip"]
    assert question.facts["skus"] == ["GHOST"]
    assert question.facts["orders"] == [f"acme:{order}"]

    desk.count("GHOST", 3)
    a_night(desk)
    assert desk.questions() == {}
    assert desk.planner.demand("GHOST") == 1


def test_a_sku_the_planner_does_not_know_though_it_sold_is_asked_about(desk: Study) -> None:
    desk.planner.way = Way.NATIVE
    desk.sell(("MUG", 2))
    desk.send()
    desk.later(days=1)
    read(desk)
    assert desk.questions()["planner_unknown_sku", "ip"].facts["skus"] == ["MUG"]


def test_a_sku_told_so_long_ago_that_its_file_is_forgotten_is_asked_about_beside_a_file_in_doubt(desk: Study) -> None:
    desk.sell(("MUG", 1))
    a_night(desk)
    desk.later(days=61)
    prune.prune(desk.wiring)
    desk.planner.deaf = {Feed.VARIANTS}
    desk.count("HAT", 7)
    desk.sell(("MUG", 1))
    a_night(desk)
    del desk.planner.variants["MUG"]
    read(desk)
    assert [file.state for file in desk.files() if file.feed == Feed.VARIANTS] == ["ignored"]
    assert desk.questions()["planner_unknown_sku", "ip"].facts["skus"] == ["MUG"]


def test_what_the_planner_cannot_know_yet_is_not_asked_about(desk: Study) -> None:
    a_night(desk)
    desk.later(hours=1)
    desk.count("HAT", 3)
    desk.sell(("HAT", 1))
    read(desk)

    assert desk.questions() == {}


def test_a_line_that_fits_into_no_file_is_asked_about(desk: Study) -> None:
    desk.planner.misfits = {"LAMP"}
    a_night(desk)

    assert "does not fit" in desk.questions()["planner_refused", "ip"].question


def test_a_night_without_our_files_is_told_and_over_when_they_are_there(desk: Study) -> None:
    desk.send()
    # half past eleven: made; nobody takes them
    desk.count("MUG", 3)
    desk.clock.at = desk.clock.at.replace(hour=23, minute=35)
    desk.planner.trouble = [("bring", "fail")] * 3
    for _ in range(3):
        desk.turn()
    watch.watch(desk.wiring)
    question = desk.questions()["planner_late", "ip"]
    assert "bring: nobody answers" in question.question

    desk.turn()
    watch.watch(desk.wiring)
    assert desk.questions() == {}


def test_a_clock_that_stood_still_over_a_night_is_told(desk: Study) -> None:
    desk.send()
    desk.later(days=2)
    watch.watch(desk.wiring)

    assert "nothing was made for it" in desk.questions()["planner_late", "ip"].question


def test_replaying_needs_a_file_that_was_brought_and_is_not_outdated(desk: Study) -> None:
    desk.send()
    desk.count("MUG", 3)
    desk.count("LAMP", 1)
    desk.send()
    outdated = desk.files()[1]
    for number, words in ((99, "no file 99"), (outdated.id, "Later files told everything")):
        with pytest.raises(Refused, match=words), desk.db.transaction() as tx:
            acts.replay(tx, number, "ann")


def test_settings_that_cannot_be_are_asked_about_in_words(begin: Begin) -> None:
    desk = begin(ahead="30m")
    sending.due(desk.wiring)

    assert "before its nightly run" in desk.questions()["misconfigured", "planner:ip"].question


def test_a_file_is_kept_byte_for_byte(desk: Study) -> None:
    desk.send()
    with desk.db.reading() as tx:
        for file in desk.files():
            row = tx.get_one(PlannerFile, file.id)
            assert desk.planner.folder[Feed(file.feed), file.name] == row.content
            assert len(row.content) == row.size


def test_what_was_told_after_the_night_casts_no_doubt_on_it(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.evening()
    desk.sell(("MUG", 5))
    desk.night()
    desk.later(minutes=30)
    desk.count("MUG", 1)
    # by hand, after the night: the planner has read neither
    desk.send()
    read(desk)

    assert desk.questions() == {}
    assert [file.state for file in desk.files()[:3]] == ["proven", "proven", "proven"]


def test_a_night_run_by_hand_is_proven_at_once(desk: Study) -> None:
    desk.sell(("MUG", 2))
    desk.send()
    desk.later(minutes=1)
    desk.planner.night(desk.clock())
    desk.later(minutes=1)

    assert "0 files looked for" in reading.read(desk.pk, desk.wiring).sentence()
    assert "3 files looked for, 0 in doubt" in reading.read(desk.pk, desk.wiring, night_over=True).sentence()
    assert set(states(desk)) == {"proven"}
