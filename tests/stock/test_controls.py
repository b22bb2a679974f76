"""What a person does about stock: it acts at once, is written down with a name, may be repeated, and ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import Refused
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock import controls, ruling
from mirakl_sync.stock.ruling import Ruled
from tests.stock.shop_floor import SENDS, Floor, shop_floor

HOUR = timedelta(hours=1)


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    with shop_floor(db, clock, bells) as made:
        yield made


@pytest.fixture
def acme(floor: Floor) -> int:
    """A connection that offers MUG (10 there) and LAMP (4 there), both shown as they should be."""
    made = floor.connect("acme")
    floor.count("MUG", 10, categories=["Kitchen", "Café"])
    floor.count("LAMP", 4, categories=["Light"])
    floor.offer(made, "MUG", theirs=10)
    floor.offer(made, "LAMP", theirs=4)
    floor.weigh()
    assert [floor.seen(sku, made).due for sku in ("MUG", "LAMP")] == [False, False]
    return made


@pytest.fixture
def brico(floor: Floor, acme: int) -> int:
    """A second connection of the same store, with MUG."""
    del acme
    made = floor.connect("brico")
    floor.offer(made, "MUG", theirs=10)
    floor.weigh()
    return made


class TestSendingNow:
    def test_a_lane_is_hurried_with_the_name_of_who_asked(
        self, floor: Floor, acme: int, bells: RecordingDispatcher
    ) -> None:
        with floor.db.transaction() as tx:
            done = controls.hurry(tx, floor.wiring, "acme", "ann", floor.clock())
        assert (done.rung, done.resting) == ({"acme": acme}, {})
        assert (floor.lane(acme).hurry, floor.lane(acme).next_at) == ("ann", None)
        assert Wake("stock.push", (acme,)) in bells.sent
        assert floor.trail(acme) == ["ann: stock: sent now"]

    @pytest.mark.parametrize(
        ("columns", "policy", "words", "way_out"),
        [
            ({}, StockPolicy(), "its policy says send = false", "stock push acme --dry-run"),
            ({"paused": ["stock"]}, SENDS, "a person paused its stock", "connections resume acme"),
            (
                {"stopped_because": "the key is wrong"},
                SENDS,
                "it stands still (the key is wrong)",
                "connections resume",
            ),
        ],
    )
    def test_one_that_sends_nothing_is_refused_by_name_and_told_among_several(
        self, floor: Floor, columns: dict, policy: StockPolicy, words: str, way_out: str
    ) -> None:
        floor.connect("acme", policy, **columns)
        other = floor.connect("brico")
        with floor.db.transaction() as tx, pytest.raises(Refused) as refused:
            controls.hurry(tx, floor.wiring, "acme", "ann", floor.clock())
        assert words in refused.value.words
        assert way_out in refused.value.way_out
        with floor.db.transaction() as tx:
            done = controls.hurry(tx, floor.wiring, "", "ann", floor.clock())
        assert (done.rung, done.resting) == ({"brico": other}, {"acme": words})

    def test_a_number_is_told_anew_when_nobody_trusts_what_we_believe(
        self, floor: Floor, acme: int, brico: int
    ) -> None:
        with floor.db.transaction() as tx:
            controls.resend(tx, "webshop", ["MUG"], "ann", floor.clock())
        floor.weigh()
        assert [(floor.seen("MUG", each).theirs, floor.seen("MUG", each).due) for each in (acme, brico)] == [
            (None, True),
            (None, True),
        ]
        assert not floor.seen("LAMP", acme).due
        assert floor.story("MUG") == [("ann", "told anew (ann)")] * 2
        assert floor.trail(acme) == ["ann: stock: told anew: MUG"]

    def test_a_refused_and_a_held_number_are_told_anew_too(self, floor: Floor, acme: int) -> None:
        floor.count("RUG", 3)
        floor.offer(acme, "RUG", theirs=None, refused=3, refusal="no such offer", held="changed by somebody else")
        floor.weigh()
        assert not floor.seen("RUG", acme).due
        with floor.db.transaction() as tx:
            controls.resend(tx, "acme", ["RUG"], "ann", floor.clock())
        floor.weigh()
        row = floor.seen("RUG", acme)
        assert (row.due, row.refused, row.refusal, row.held) == (True, None, "", "")

    def test_skus_nobody_offers_and_names_nobody_knows_are_told_with_what_there_is(
        self, floor: Floor, acme: int
    ) -> None:
        del acme
        for key, skus, words in (
            ("acme", ["MUG", "MUGG"], "Not offered there: MUGG."),
            ("amce", ["MUG"], "There is no connection or store 'amce'."),
        ):
            with floor.db.transaction() as tx, pytest.raises(Refused) as refused:
                controls.resend(tx, key, skus, "ann", floor.clock())
            assert refused.value.words == words
            assert refused.value.way_out


class TestOffSale:
    def test_a_whole_marketplace_is_sold_out_at_once_and_comes_back_by_itself(
        self, floor: Floor, acme: int, brico: int, clock: FixedClock
    ) -> None:
        until = clock() + 2 * HOUR
        with floor.db.transaction() as tx:
            count = controls.zero(tx, "acme", until, "ann", "the portal shows wrong prices", clock())
        assert count == 2
        assert [floor.wanted(sku, acme) for sku in ("MUG", "LAMP")] == [0, 0]
        assert floor.seen("MUG", acme).because == "zeroed"
        assert floor.wanted("MUG", brico) == 10
        assert floor.lane(acme).hurry == "ann"
        assert floor.trail(acme)[-1] == (
            "ann: stock: everything off sale until 2026-03-02 14:00 UTC: the portal shows wrong prices"
        )
        clock.advance(2 * HOUR - timedelta(seconds=1))
        assert floor.wanted("MUG", acme) == 0
        clock.advance(timedelta(seconds=1))
        assert [floor.wanted(sku, acme) for sku in ("MUG", "LAMP")] == [10, 4]

    def test_it_may_be_said_again_with_another_end_and_taken_back(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        for hours in (1, 5):
            with floor.db.transaction() as tx:
                controls.zero(tx, "acme", clock() + hours * HOUR, "ann", "recall", clock())
        clock.advance(2 * HOUR)
        floor.count("MUG", 10)
        floor.count("LAMP", 4)
        assert floor.wanted("MUG", acme) == 0
        with floor.db.transaction() as tx:
            assert controls.restore(tx, "acme", [], "bob", clock()) == ["acme"]
            assert controls.restore(tx, "acme", [], "bob", clock()) == []
        assert [floor.wanted(sku, acme) for sku in ("MUG", "LAMP")] == [10, 4]
        assert floor.trail(acme)[-1] == "bob: stock: on sale again"

    def test_some_skus_are_taken_off_on_one_marketplace_and_come_back(
        self, floor: Floor, acme: int, brico: int, clock: FixedClock
    ) -> None:
        with floor.db.transaction() as tx:
            controls.zero_skus(tx, "acme", ["MUG"], clock() + HOUR, "ann", "broken handles", clock())
        assert [floor.wanted("MUG", each) for each in (acme, brico)] == [0, 10]
        assert floor.wanted("LAMP", acme) == 4
        assert floor.story("MUG") == [("ann", "off sale until 2026-03-02 13:00 UTC: broken handles (ann)")]
        clock.advance(HOUR)
        assert floor.wanted("MUG", acme) == 10

    def test_on_every_marketplace_of_a_store_and_put_back_by_a_person(
        self, floor: Floor, acme: int, brico: int, clock: FixedClock
    ) -> None:
        for _ in range(2):
            with floor.db.transaction() as tx:
                controls.zero_skus(tx, "webshop", ["MUG"], clock() + HOUR, "ann", "recall", clock())
        assert [floor.wanted("MUG", each) for each in (acme, brico)] == [0, 0]
        with floor.db.reading() as tx:
            assert len(ruling.rules(tx, "", clock())) == 1
        with floor.db.transaction() as tx:
            assert controls.restore(tx, "webshop", ["MUG", "LAMP"], "bob", clock()) == ["MUG"]
        assert [floor.wanted("MUG", each) for each in (acme, brico)] == [10, 10]
        assert floor.story("MUG")[-1] == ("bob", "no longer off sale (bob)")

    @pytest.mark.parametrize(
        ("hours", "why", "words"),
        [(0, "x", "cannot be"), (-1, "x", "cannot be"), (24 * 32, "x", "cannot be"), (1, " ", "Nobody will know why")],
    )
    def test_nonsense_is_refused_with_a_way_out(
        self, floor: Floor, acme: int, clock: FixedClock, hours: int, why: str, words: str
    ) -> None:
        del acme
        for act in (
            lambda tx: controls.zero(tx, "acme", clock() + hours * HOUR, "ann", why, clock()),
            lambda tx: controls.zero_skus(tx, "acme", ["MUG"], clock() + hours * HOUR, "ann", why, clock()),
        ):
            with floor.db.transaction() as tx, pytest.raises(Refused, match=words) as refused:
                act(tx)
            assert refused.value.way_out

    def test_a_store_is_not_one_marketplace(self, floor: Floor, acme: int, brico: int, clock: FixedClock) -> None:
        del acme, brico
        with floor.db.transaction() as tx, pytest.raises(Refused) as refused:
            controls.zero(tx, "webshop", clock() + HOUR, "ann", "recall", clock())
        assert refused.value.way_out == "Name one of acme, brico."


class TestRules:
    def rule(self, floor: Floor, says: Ruled, key: str = "acme", name: str = "MUG", **more: object) -> int:
        scope = "category" if name in ("Kitchen", "Café") else "sku"
        with floor.db.transaction() as tx:
            return ruling.rule(tx, key, scope, name, says, **{"who": "ann", "why": "", "now": floor.clock(), **more})

    @pytest.mark.parametrize(
        ("says", "wanted"),
        [
            (Ruled(share=50), 5),
            (Ruled(buffer=3), 7),
            (Ruled(at_least=11), 0),
            (Ruled(at_most=6), 6),
            (Ruled(fixed=2), 2),
            (Ruled(share=80, buffer=1, at_most=6), 6),
        ],
    )
    def test_what_is_ruled_holds_with_the_next_weighing(
        self, floor: Floor, acme: int, brico: int, says: Ruled, wanted: int
    ) -> None:
        self.rule(floor, says)
        assert [floor.wanted("MUG", each) for each in (acme, brico)] == [wanted, 10]
        assert floor.wanted("LAMP", acme) == 4

    def test_a_rule_of_the_store_holds_on_each_of_its_connections(self, floor: Floor, acme: int, brico: int) -> None:
        self.rule(floor, Ruled(buffer=3), key="webshop")
        assert [floor.wanted("MUG", each) for each in (acme, brico)] == [7, 7]
        assert floor.trail(brico) == ["ann: stock: MUG: 3 kept back"]

    @pytest.mark.parametrize("category", ["Kitchen", "Café"])
    def test_a_category_is_all_its_skus_however_it_is_spelled(self, floor: Floor, acme: int, category: str) -> None:
        self.rule(floor, Ruled(buffer=2), name=category)
        assert [floor.wanted(sku, acme) for sku in ("MUG", "LAMP")] == [8, 4]
        assert floor.trail(acme) == [f"ann: stock: category {category}: 2 kept back"]

    def test_a_rule_for_a_time_lets_the_one_for_good_come_back(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        self.rule(floor, Ruled(buffer=2))
        self.rule(floor, Ruled(buffer=5), until=clock() + HOUR)
        assert floor.wanted("MUG", acme) == 5
        clock.advance(HOUR)
        assert floor.wanted("MUG", acme) == 8

    def test_said_again_it_takes_the_place_of_the_first(self, floor: Floor, acme: int) -> None:
        first = self.rule(floor, Ruled(buffer=2))
        assert self.rule(floor, Ruled(buffer=3)) == first
        other = self.rule(floor, Ruled(at_most=5))
        with floor.db.reading() as tx:
            found = ruling.rules(tx, "acme", floor.clock())
        assert [(row.id, dict(row.says), row.made_by) for row in found] == [
            (first, {"buffer": 3}, "ann"),
            (other, {"at_most": 5}, "ann"),
        ]
        assert floor.wanted("MUG", acme) == 5

    def test_an_ended_rule_holds_no_more_and_cannot_end_twice(self, floor: Floor, acme: int) -> None:
        number = self.rule(floor, Ruled(fixed=1))
        assert floor.wanted("MUG", acme) == 1
        with floor.db.transaction() as tx:
            assert ruling.end(tx, number, "bob", floor.clock()) == "MUG: no longer set to 1"
        assert floor.wanted("MUG", acme) == 10
        with floor.db.transaction() as tx, pytest.raises(Refused, match="There is no rule"):
            ruling.end(tx, number, "bob", floor.clock())
        with floor.db.reading() as tx:
            assert ruling.rules(tx, "", floor.clock()) == []

    def test_rules_are_listed_by_whom_they_concern(self, floor: Floor, acme: int, brico: int) -> None:
        del acme, brico
        self.rule(floor, Ruled(buffer=1))
        self.rule(floor, Ruled(buffer=2), key="brico")
        self.rule(floor, Ruled(buffer=3), key="webshop")
        with floor.db.reading() as tx:
            told = {
                key: sorted(row.says["buffer"] for row in ruling.rules(tx, key, floor.clock()))
                for key in ("", "acme", "brico", "webshop")
            }
        assert told == {"": [1, 2, 3], "acme": [1, 3], "brico": [2, 3], "webshop": [1, 2, 3]}

    @pytest.mark.parametrize(
        ("says", "more", "words"),
        [
            (Ruled(), {}, "says nothing"),
            (Ruled(share=101), {}, "There cannot be a share of 101%"),
            (Ruled(buffer=-1), {}, "There cannot be -1 kept back"),
            (Ruled(fixed=3, buffer=1), {}, "takes the place"),
            (Ruled(at_least=5, at_most=4), {}, "leaves nothing to show"),
            (Ruled(buffer=1), {"until": "now"}, "is over"),
            (Ruled(buffer=1), {"name": "MUGG"}, "knows the SKU 'MUGG'"),
            (Ruled(buffer=1), {"key": "amce"}, "no connection or store 'amce'"),
        ],
    )
    def test_nonsense_is_refused_with_a_way_out(
        self, floor: Floor, acme: int, says: Ruled, more: dict, words: str
    ) -> None:
        del acme
        if "until" in more:
            more = {"until": floor.clock()}
        with pytest.raises(Refused) as refused:
            self.rule(floor, says, **more)
        assert words in refused.value.words
        assert refused.value.way_out

    def test_a_category_nobody_has_is_refused(self, floor: Floor, acme: int) -> None:
        del acme
        with floor.db.transaction() as tx, pytest.raises(Refused, match="no SKU in a category 'Kitch'"):
            ruling.rule(tx, "acme", "category", "Kitch", Ruled(buffer=1), who="ann", why="", now=floor.clock())


class TestHeld:
    def test_ours_goes_over_theirs_once_a_person_says_so(self, floor: Floor, acme: int) -> None:
        floor.count("RUG", 3)
        floor.offer(acme, "RUG", theirs=7, held="changed by somebody else")
        floor.weigh()
        assert not floor.seen("RUG", acme).due
        with floor.db.transaction() as tx:
            assert controls.release(tx, "acme", ["RUG"], "ann", floor.clock()) == ["RUG"]
        floor.weigh()
        assert (floor.seen("RUG", acme).held, floor.seen("RUG", acme).due) == ("", True)
        assert floor.story("RUG") == [("ann", "our number may be sent over theirs (ann)")]

    def test_all_at_once_and_none_twice(self, floor: Floor, acme: int) -> None:
        floor.offer(acme, "RUG", "VASE", held="changed by somebody else")
        with floor.db.transaction() as tx:
            assert controls.release(tx, "acme", [], "ann", floor.clock()) == ["RUG", "VASE"]
            assert controls.release(tx, "acme", [], "ann", floor.clock()) == []
        with floor.db.transaction() as tx, pytest.raises(Refused, match="waits for a person: RUG") as refused:
            controls.release(tx, "acme", ["RUG"], "ann", floor.clock())
        assert "stock offers acme --held" in refused.value.way_out
