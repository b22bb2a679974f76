"""A sale on three marketplaces, as the people who live it would tell it.

One shop, three marketplaces, one shelf. Read it from top to bottom: every sentence is a line of the test. What a
marketplace shows is what its own books say, not what we believe.
"""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.stock import controls
from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay

MARKETS = ("acme", "brico", "casa")
OTHERS: dict[str, dict[str, object]] = {"brico": {}, "casa": {}}


def test_a_sale_on_three_marketplaces(begin_stock: BeginStock) -> None:
    day = begin_stock(also=OTHERS)
    _morning(day)
    _noon(day)
    _afternoon(day)
    _evening(day)


def _morning(day: StockDay) -> None:
    """09:00. Everybody shows what the shop has."""
    assert _shown(day, "LAMP") == [5, 5, 5]

    # A customer of casa buys two lamps. Casa takes them off by itself; the others still show five.
    (order,) = day.buy_at("casa", "LAMP", 2)
    assert _shown(day, "LAMP") == [5, 5, 3]

    # Within two minutes nobody shows more than the three that are left.
    day.until(lambda: max(_shown(day, "LAMP")) == 3, within=120)

    # The warehouse finds the order in the shop. Its pieces were counted once, not twice.
    day.minutes(4)
    assert day.state(order) == "placed"
    assert day.stock("LAMP") == 3
    assert _shown(day, "LAMP") == [3, 3, 3]


def _noon(day: StockDay) -> None:
    """12:00. The last rugs go, two here and one there, in the same minute."""
    day.buy_at("acme", "RUG", 2)
    day.buy_at("brico", "RUG", 1)
    day.until(lambda: _shown(day, "RUG") == [0, 0, 0], within=120)

    # Nobody sold a rug that was not there.
    day.minutes(4)
    assert day.stock("RUG") == 0
    assert [day.at(market).get("books")["totals"]["oversold"] for market in MARKETS] == [0, 0, 0]

    # A lorry brings ten. Everybody shows them as soon as the orders were looked at.
    day.count("RUG", 10)
    day.until(lambda: _shown(day, "RUG") == [10, 10, 10], within=180)

    # One buyer cancels after the warehouse has packed: the rugs are back on the shelf, and on every marketplace.
    (order,) = day.buy_at("acme", "RUG", 4)
    day.minutes(5)
    assert _shown(day, "RUG") == [6, 6, 6]
    day.do(order, "cancel")
    day.minutes(5)
    assert day.stock("RUG") == 10
    assert _shown(day, "RUG") == [10, 10, 10]


def _afternoon(day: StockDay) -> None:
    """15:00. Brico's files go wrong: one is refused as a whole, the answer to the next is lost."""
    day.at("brico").post("imports/fail_next")
    day.count("MUG", 40)
    day.minutes(1)
    day.at("brico").trouble({"what": "lose_answer", "match": "STO01", "times": 1})

    # The other two know by now, and brico a few minutes later; no person had to do anything.
    day.until(lambda: _shown(day, "MUG")[::2] == [40, 40], within=180)
    day.until(lambda: _shown(day, "MUG") == [40, 40, 40], within=600)
    assert day.questions() == []

    # Somebody writes another number into casa's portal by hand. It is seen, told in the story, and put right.
    day.at("casa").post("portal/offers", {"sku": "LAMP", "quantity": 500})
    day.until(lambda: _shown(day, "LAMP") == [3, 3, 3], within=600)
    assert ("shown", 500) in day.told("LAMP", "casa")


def _evening(day: StockDay) -> None:
    """18:00. The price list of acme is wrong: everything comes off sale there for a quarter of an hour."""
    until = day.clock() + timedelta(minutes=15)
    with day.wiring.db.transaction() as tx:
        controls.zero(tx, "acme-webshop", until, "Erin", "the price list is wrong", day.clock())
    day.until(lambda: {shown[0] for shown in _all(day)} == {0}, within=120)
    assert [shown[1:] for shown in _all(day)] == [[40, 40], [3, 3], [10, 10]]

    # Nobody has to remember it: a quarter of an hour later everything is back, by itself.
    day.minutes(18)
    assert _all(day) == [[40, 40, 40], [3, 3, 3], [10, 10, 10]]

    # At night both sides agree on every number, and what we believe is what the books say.
    for market in MARKETS:
        day.agree({sku: day.stock(sku) for sku in ("MUG", "LAMP", "RUG")}, market)
    assert day.questions() == []


def _shown(day: StockDay, sku: str) -> list[int]:
    """What acme, brico and casa show."""
    return [day.shown(sku, market) for market in MARKETS]


def _all(day: StockDay) -> list[list[int]]:
    return [_shown(day, sku) for sku in ("MUG", "LAMP", "RUG")]
