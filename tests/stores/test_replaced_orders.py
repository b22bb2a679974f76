"""A shop that edits by cancelling and making anew: one sale, one living order, and no cancellation is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Order, OrderLine, PlatformLink, Store
from mirakl_sync.errors import Refused
from mirakl_sync.orders import relinking
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.woocommerce.spec import WOOCOMMERCE
from mirakl_sync.records.shop import Heir, Notice, NoticeKind, OrderReference, PlatformOrder, Sign
from mirakl_sync.stores import notices
from tests.flows.days import Day, a_day


@dataclass
class Editor:
    """The app that replaces orders: what the shop would find of its doings, and what we asked of it."""

    day: Day
    heirs: list[Heir] = field(default_factory=list)
    looks: int = 0
    handed_over: list[tuple[str, str, OrderReference]] = field(default_factory=list)

    def find_heirs(self, order_id: str, reference: OrderReference, *, since: datetime) -> list[Heir]:
        self.looks += 1
        return self.heirs

    def hand_over(self, order_id: str, heir_id: str, reference: OrderReference) -> PlatformOrder:
        self.handed_over.append((order_id, heir_id, reference))
        return self.heirs[0].order

    def make(self, sign: Sign, number: str = "77", **more) -> Heir:
        """An order that may be the heir of the one there is."""
        order = PlatformOrder(number, f"#{number}", "processing", live=True, reserves=True, **more)
        self.heirs.append(Heir(order, sign, self.day.clock()))
        return self.heirs[-1]


@pytest.fixture
def editor(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    """A day with one placed order in a shop that replaces orders."""
    able = WOOCOMMERCE.capabilities | {Capability.REPLACES_ORDERS}
    monkeypatch.setattr(type(WOOCOMMERCE), "capabilities_with", lambda _spec, _settings: able)
    with a_day(database_url) as day:
        order = day.buy()
        day.pull()
        day.pull()
        assert day.state(order) == "placed"
        app = Editor(day)
        with day.wiring.db.reading() as tx:
            platform = day.wiring.connections.store(tx.execute(select(Store)).scalar_one())
        monkeypatch.setattr(platform, "find_heirs", app.find_heirs, raising=False)
        monkeypatch.setattr(platform, "hand_over", app.hand_over, raising=False)
        yield app


def sale(day: Day) -> Order:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(Order)).unique().scalar_one()


def cancel(day: Day) -> None:
    """Somebody cancels our order in the shop, and we hear of it."""
    day.webshop.post(f"orders/{sale(day).link.platform_order_id}", {"status": "cancelled"})
    day.minutes(1)


def told(day: Day, shown: PlatformOrder) -> None:
    at = day.clock()
    with day.wiring.db.transaction() as tx:
        store_pk = tx.execute(select(Store.id)).scalar_one()
        shown = replace(shown, modified_at=at)
        notices.apply(tx, store_pk, [Notice(NoticeKind.ORDER, shown.order_id, at, order=shown)], at)
    day.work()


def unfelt(day: Day) -> list[bool]:
    with day.wiring.db.reading() as tx:
        return list(tx.execute(select(OrderLine.unfelt)).scalars())


def test_an_order_that_carries_our_reference_takes_the_place_and_its_number_is_told(editor: Editor) -> None:
    day, before = editor.day, sale(editor.day).link
    editor.make(Sign.REFERENCE)
    cancel(day)
    day.minutes(2)
    row = sale(day)
    assert (row.link.platform_order_id, row.link.number, row.platform_canceled) == ("77", "#77", False)
    (old,) = (link for link in row.links if not link.current)
    assert (old.platform_order_id, old.replaced_by) == (before.platform_order_id, row.link.id)
    reference = OrderReference("acme", "2000", row.order_id)
    assert editor.handed_over == [(before.platform_order_id, "77", reference)]
    assert day.theirs(row.order_id)["reference_for_seller"] == "#77"
    assert (day.state(row.order_id), day.questions()) == ("placed", [])
    assert any("#77 took the place of" in sentence for sentence in day.story(row.order_id))


def test_a_cancellation_is_parked_and_asked_about_only_when_the_time_is_over(editor: Editor) -> None:
    day = editor.day
    cancel(day)
    day.minutes(13)
    assert day.questions() == []
    assert 6 <= editor.looks <= 16
    day.minutes(4)
    assert day.questions() == ["canceled_in_shop"]
    looks = editor.looks
    day.minutes(30)
    assert editor.looks == looks


def test_the_pieces_of_a_cancelled_order_are_kept_back_until_its_heir_has_taken_them(editor: Editor) -> None:
    day = editor.day
    cancel(day)
    assert unfelt(day) == [True]
    editor.make(Sign.REPLACES)
    day.minutes(3)
    assert unfelt(day) == [False]


def test_a_guess_is_asked_about_and_answered_by_a_person(editor: Editor) -> None:
    day = editor.day
    editor.make(Sign.NUMBER, "1014A")
    cancel(day)
    day.minutes(2)
    item = day.item("replaced_in_shop")
    assert "#1014A" in item.question
    order_id = sale(day).order_id
    with pytest.raises(Refused, match="does not exist"):
        relinking.relink(day.wiring, order_id, "#1014A", "ada")
    relinking.no_heir(day.wiring, order_id, "ada")
    day.minutes(1)
    assert day.questions() == ["canceled_in_shop"]


def test_a_person_names_the_order_that_stands_for_the_sale(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    day = editor.day
    heir = editor.make(Sign.BUYER, "88")
    editor.make(Sign.BUYER, "89")
    cancel(day)
    day.minutes(2)
    assert day.questions() == ["replaced_in_shop"]
    with day.wiring.db.reading() as tx:
        platform = day.wiring.connections.store(tx.execute(select(Store)).scalar_one())
    monkeypatch.setattr(platform, "read_order", lambda _number: heir.order)
    said = relinking.relink(day.wiring, sale(day).order_id, "#88", "ada")
    assert "said by ada" in said
    day.minutes(2)
    assert (sale(day).link.number, day.questions()) == ("#88", [])


def test_a_person_may_say_that_the_order_that_stands_is_the_right_one(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, row = editor.day, sale(editor.day)
    twin = editor.make(Sign.REFERENCE, reference=OrderReference("acme", "2000", row.order_id))
    told(day, twin.order)
    day.minutes(16)
    assert day.questions() == ["doubled_in_shop"]
    with day.wiring.db.reading() as tx:
        platform = day.wiring.connections.store(tx.execute(select(Store)).scalar_one())
    standing = replace(twin.order, order_id=row.link.platform_order_id, number=row.link.number)
    monkeypatch.setattr(platform, "read_order", lambda _number: standing)
    relinking.relink(day.wiring, row.order_id, row.link.platform_order_id, "ada")
    day.minutes(2)
    assert (sale(day).link.number, day.questions(), editor.handed_over) == (row.link.number, [], [])


def test_two_certain_heirs_are_a_question(editor: Editor) -> None:
    editor.make(Sign.REFERENCE, "77")
    editor.make(Sign.REFERENCE, "78")
    cancel(editor.day)
    editor.day.minutes(2)
    assert editor.day.questions() == ["replaced_in_shop"]


def test_an_order_that_stands_for_another_sale_is_nobodys_heir(editor: Editor) -> None:
    day = editor.day
    other = day.buy()
    day.pull()
    day.pull()
    number = day.order(other).link.platform_order_id
    editor.make(Sign.REFERENCE, number)
    first = next(row for row in _rows(day) if row.order_id != other)
    day.webshop.post(f"orders/{first.link.platform_order_id}", {"status": "cancelled"})
    day.minutes(3)
    assert day.order(other).link.platform_order_id == number
    assert day.order(first.order_id).link.platform_order_id == first.link.platform_order_id


def _rows(day: Day) -> list[Order]:
    with day.wiring.db.reading() as tx:
        return list(tx.execute(select(Order)).unique().scalars())


def test_an_order_reopened_meanwhile_is_as_it_was(editor: Editor) -> None:
    day = editor.day
    cancel(day)
    day.webshop.post(f"orders/{sale(day).link.platform_order_id}", {"status": "processing"})
    day.minutes(2)
    looks = editor.looks
    day.minutes(20)
    assert (editor.looks, day.questions()) == (looks, [])
    assert unfelt(day) == [False]


def test_a_copy_made_before_the_cancellation_is_no_second_sale(editor: Editor) -> None:
    day, row = editor.day, sale(editor.day)
    heir = editor.make(Sign.REFERENCE, reference=OrderReference("acme", "2000", row.order_id))
    told(day, heir.order)
    day.minutes(5)
    assert day.questions() == []
    cancel(day)
    day.minutes(1)
    assert (sale(day).link.number, day.questions()) == ("#77", [])


def test_a_copy_that_lives_on_beside_the_first_is_asked_about_until_one_of_them_is_cancelled(editor: Editor) -> None:
    day, row = editor.day, sale(editor.day)
    heir = editor.make(Sign.REFERENCE, reference=OrderReference("acme", "2000", row.order_id))
    told(day, heir.order)
    day.minutes(16)
    assert day.questions() == ["doubled_in_shop"]
    told(day, replace(heir.order, canceled=True, live=False))
    day.minutes(1)
    assert (sale(day).link.number, day.questions()) == (row.link.number, [])


def test_a_sale_cancelled_on_the_marketplace_meanwhile_asks_nothing(editor: Editor) -> None:
    day = editor.day
    cancel(day)
    day.do(sale(day).order_id, "cancel")
    day.minutes(20)
    assert (day.state(sale(day).order_id), day.questions()) == ("canceled", [])


def test_our_own_cancellation_is_nobodys_replacement(editor: Editor) -> None:
    day = editor.day
    editor.make(Sign.REFERENCE)
    day.do(sale(day).order_id, "cancel")
    day.minutes(20)
    assert (editor.looks, day.state(sale(day).order_id)) == (0, "canceled")
    with day.wiring.db.reading() as tx:
        assert len(tx.execute(select(PlatformLink)).scalars().all()) == 1


def test_where_the_shop_itself_replaces_nothing_a_persons_word_is_enough(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_day(database_url) as day:
        day.buy()
        day.pull()
        day.pull()
        cancel(day)
        assert day.questions() == ["canceled_in_shop"]
        with day.wiring.db.reading() as tx:
            platform = day.wiring.connections.store(tx.execute(select(Store)).scalar_one())
        anew = PlatformOrder("88", "#88", "processing", live=True, reserves=True)
        monkeypatch.setattr(platform, "read_order", lambda _number: anew)
        assert "said by ada" in relinking.relink(day.wiring, sale(day).order_id, "88", "ada")
        day.minutes(2)
        assert (sale(day).link.number, sale(day).state, day.questions()) == ("#88", "placed", [])
