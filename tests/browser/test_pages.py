"""The pages in a real browser: what only eyes, keyboard and script can tell."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from mirakl_sync.cases import ledger, timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import CarrierMapping, Effect, Order, PlatformLink, Shipment
from mirakl_sync.inbox import desk
from mirakl_sync.upkeep import heartbeat
from tests.browser.conftest import REFRESH
from tests.browser.driver import ENTER, SPACE, TAB

pytestmark = pytest.mark.browser

ADDRESSES = [
    "/",
    "/orders",
    "/orders?state=closed",
    "/orders/{order}",
    "/exceptions",
    "/exceptions?owner=finance",
    "/shipments",
    "/carriers",
]
LONG = "NUMBER-AS-LONG-AS-A-MARKETPLACE-MAY-MAKE-IT-AND-THEN-A-LITTLE-LONGER-1234567-A"
FOCUS = "return document.activeElement.getAttribute('href') || document.activeElement.id"


@pytest.fixture
def ask(db, clock, connection):
    """Open a question about an order."""

    def open_one(order: int, key: str, kind: str = "unknown_sku") -> None:
        with db.transaction() as tx:
            desk.open_item(tx, connection, Ask(kind, key, f"Which product is {key}?"), "order", order, clock())

    return open_one


@pytest.fixture
def busy(db, clock, connection, placed, ask, parcel, listed):
    """Orders with everything a page can show of them, in long words; answers the number of the fullest."""
    now = clock()
    listed(UPS="UPS", **{"A-CODE-AS-LONG-AS-OPERATORS-MAKE-THEM": "A carrier with a very long name " * 3})
    order = placed(LONG, commercial_id=LONG[:-2], last_problem="create: " + "503 Service Unavailable, " * 9)
    placed("A-2", state="placed", marketplace_state="SHIPPING", ship_by=now + timedelta(hours=30))
    placed("A-3", state="refused", marketplace_state="REFUSED", managed=False)
    for key, kind in (("MUG" * 20, "unknown_sku"), ("stuck", "stuck"), ("late", "backorder")):
        ask(order, key, kind)
    with db.transaction() as tx:
        row = tx.get_one(Order, order)
        mine = {"subject": "order", "subject_id": order, "asked_at": now}
        tx.add(Effect(key="create:1", kind="create", state=ledger.UNKNOWN, words="no answer within 30 s", **mine))
        timeline.add(tx, "order", row, now, "worker", "said yes " * 20, before="received")
        link = {"order_pk": order, "store_pk": row.store_pk, "created_at": now}
        tx.add(PlatformLink(platform_order_id="4711", number="4711", url="https://shop.example/4711", **link))
        heartbeat.beat(tx, "store:webshop", now - timedelta(minutes=10), timedelta(seconds=60), "2 changes")
    parcel(order, carrier="UPS", state="told", told_carrier_code="UPS", told_number="1Z999AA10123456784")
    box = parcel(order, carrier="Brown Trucks of the North " * 4, number=LONG, last_problem="tell tracking: 503 " * 6)
    with db.transaction() as tx:
        row = tx.get_one(Shipment, box)
        unmapped = Ask("carrier_unmapped", "brown", "“Brown”: nobody has said.", facts={"carrier": row.carrier})
        item = desk.open_item(tx, connection, unmapped, "shipment", box, now)
        row.blocked_by, row.waiting_for = item.id, item.owner
        word = {"connection_id": connection, "made_by": "ada", "made_at": now, "carrier_name": "Vans " * 20}
        tx.add(CarrierMapping(name="vans", spelled="V" * 80, tracking_url="https://vans.example/" + "t" * 90, **word))
    return order


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_loads_without_a_complaint_and_fits_a_telephone(window, console, busy, address, dark):
    window.resize(390, 844, dark=dark)
    window.open(console + address.format(order=busy))

    assert window.complaints() == []
    assert window.run("return document.documentElement.scrollWidth") == 390
    assert window.run("return document.styleSheets.length") == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_on_a_desk_no_table_is_cut_off(window, console, busy, address):
    window.open(console + address.format(order=busy))

    cut = "return [...document.querySelectorAll('.wide')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert window.run(cut) == 0


def test_the_first_key_leads_to_the_content(window, console, busy):
    window.open(f"{console}/orders")

    window.press(TAB)
    assert window.run(FOCUS) == "#main"
    assert window.run("return document.activeElement.getBoundingClientRect().left") >= 0

    window.press(ENTER)
    assert window.run(FOCUS) == "main"
    window.press(TAB)
    assert window.run("return document.activeElement.name") == "text"


def test_orders_are_found_with_the_keyboard_alone(window, console, busy):
    window.open(f"{console}/orders")
    window.run("document.querySelector('[name=text]').focus()")

    window.press("A-")
    window.press(ENTER)

    window.wait_for("return location.search.includes('text=A-') && document.readyState === 'complete'")
    assert window.texts("tbody th a") == ["A-2", "A-3"]
    assert window.run("return document.querySelector('[name=text]').value") == "A-"


def test_a_chosen_state_is_what_is_shown(window, console, busy):
    window.open(f"{console}/orders")
    window.run("document.querySelector('[name=state]').value = 'placed'")
    window.click("form button")

    window.wait_for("return location.search.includes('state=placed') && document.readyState === 'complete'")
    assert window.texts("tbody th a") == ["A-2"]
    window.click("form a")
    window.wait_for("return location.search === '' && document.readyState === 'complete'")
    assert len(window.texts("tbody th a")) == 3


def test_three_hundred_orders_are_walked_page_by_page(window, console, placed):
    for number in range(300):
        placed(f"A-{number:03}")
    window.open(f"{console}/orders?text=A")
    seen, walked = window.texts("tbody th a"), 1

    while window.run("return document.querySelectorAll('[rel=next]').length"):
        window.click("[rel=next]")
        walked += 1
        window.wait_for("return location.search.includes(arguments[0])", f"page={walked}")
        seen += window.texts("tbody th a")

    assert walked == 6
    assert sorted(seen) == [f"A-{number:03}" for number in range(300)]
    assert "251 to 300 of 300 orders" in window.texts(".pages p")[0]


def test_a_page_looks_again_and_the_reader_keeps_the_place(window, console, busy, ask):
    window.open(f"{console}/exceptions")
    window.run("document.querySelector(arguments[0]).focus()", f"article a[href='/orders/{busy}']")

    ask(busy, "LAMP")

    window.wait_for("return document.body.innerText.includes('Which product is LAMP?')")
    assert window.run(FOCUS) == f"/orders/{busy}"
    assert window.complaints() == []


def test_a_run_book_that_was_unfolded_stays_unfolded_when_the_page_looks_again(window, console, busy, ask):
    window.open(f"{console}/exceptions")
    book = window.run("return document.querySelector('details').id")
    window.run("document.getElementById(arguments[0]).focus()", f"{book}-fold")
    window.press(SPACE)
    assert window.run("return document.querySelectorAll('details[open]').length") == 1

    ask(busy, "LAMP")

    window.wait_for("return document.body.innerText.includes('Which product is LAMP?')")
    assert window.run("return [...document.querySelectorAll('details[open]')].map((each) => each.id)") == [book]
    assert window.run(FOCUS) == f"{book}-fold"
    assert window.complaints() == []


def test_looking_again_can_be_switched_off_and_stays_off(window, console, busy, ask):
    window.open(f"{console}/exceptions")
    window.run("document.getElementById('refresh').focus()")
    window.press(SPACE)
    assert window.texts("#refresh") == ["Go on"]

    ask(busy, "RUG")
    time.sleep(4 * REFRESH)
    assert "RUG" not in window.texts("main")[0]

    window.open(f"{console}/exceptions")
    assert window.texts("#refresh") == ["Go on"]
    assert "RUG" in window.texts("main")[0]


def test_when_the_console_is_gone_the_page_says_so_and_keeps_what_it_showed(window, console, busy):
    window.open(f"{console}/exceptions")
    window.devtools("Network.enable", {})
    gone = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    window.devtools("Network.emulateNetworkConditions", gone)
    try:
        window.wait_for("return document.body.innerText.includes('The console does not answer')")
        assert any("Which product is" in text for text in window.texts("article h2"))
    finally:
        window.devtools("Network.emulateNetworkConditions", {**gone, "offline": False})


def test_a_deadline_runs_while_it_is_looked_at(window, console, placed, clock):
    order = placed("A-1", accept_by=clock() + timedelta(seconds=90))
    window.open(f"{console}/orders/{order}")

    window.wait_for("return document.querySelector('.owed .left').innerText.startsWith('in 1 min 2')", seconds=5)
