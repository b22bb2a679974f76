from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from mirakl_sync.broker_look import BrokerLook, Depths
from mirakl_sync.cases import ledger, timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.console.words import coded, tone
from mirakl_sync.db.models import Effect, Order, PlatformLink
from mirakl_sync.inbox import desk
from mirakl_sync.inbox.runbook import SECTIONS
from mirakl_sync.upkeep import heartbeat

CSS = Path(__file__).resolve().parents[2] / "mirakl_sync" / "console" / "static" / "console.css"
VOID = {"meta", "link", "input", "br"}


class Outline(HTMLParser):
    """What a screen reader would walk along, and whether every tag was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def names(self):
        return [name for name, _ in self.tags]


@pytest.fixture
def busy(db, clock, placed, connection):
    """An order in the middle of its life, with everything a page can show of it; answers its number."""
    order, now = placed("O-17-A", commercial_id="O-17", last_problem="create: 503", why="accepted by rule"), clock()
    with db.transaction() as tx:
        row = tx.get_one(Order, order)
        words = "no answer within 30 s"
        asked = {"subject": "order", "subject_id": order, "asked_at": now}
        tx.add(Effect(key="create:acme:1", kind="create", state=ledger.UNKNOWN, words=words, **asked))
        row.state = "accepted"
        timeline.add(tx, "order", row, now, "worker", "said <yes> to the marketplace", before="received")
        ask = Ask("unknown_sku", "MUG", "Which product is MUG?")
        row.blocked_by = desk.open_item(tx, connection, ask, "order", order, now).id
        row.state = "received"
        tx.add(
            PlatformLink(
                order_pk=order,
                store_pk=row.store_pk,
                platform_order_id="4711",
                number="4711",
                created_at=now,
                url="javascript:alert(1)",
            )
        )
        heartbeat.beat(tx, "store:webshop", now - timedelta(minutes=10), timedelta(seconds=60), "2 changes")
    return order


ADDRESSES = [
    "/",
    "/orders",
    "/orders/{order}",
    "/exceptions",
    "/orders?state=closed",
    "/nowhere",
    "/shipments",
    "/carriers",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_can_be_read_without_eyes_mouse_and_script(client, busy, address):
    html = client.get(address.format(order=busy)).text
    page = Outline(html)

    assert page.all("html")[0]["lang"] == "en"
    assert [page.names().count(name) for name in ("header", "main", "footer", "h1", "title")] == [1, 1, 1, 1, 1]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert page.all("main")[0]["id"] == "main"
    assert [script["src"] for script in page.all("script")] == ["/static/console.js"]
    assert "defer" in page.all("script")[0]
    assert all(nav.get("aria-label") for nav in page.all("nav"))
    assert page.names().count("caption") == page.names().count("table")
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    levels = [int(name[1]) for name in page.names() if re.fullmatch(r"h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    fields = page.names().count("input") + page.names().count("select")
    assert page.names().count("label") == fields
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        assert (attributes.get("aria-labelledby") or ids[0]) in ids
        assert not any(name.startswith("on") or name == "style" for name in attributes)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_says_that_it_only_shows_and_where_to_act(client, busy, address):
    assert "To act, use the command line" in client.get(address.format(order=busy)).text


def test_the_page_we_are_on_is_marked(client):
    html = client.get("/orders").text

    assert '<a href="/orders" aria-current="page">Orders</a>' in html
    assert html.count('aria-current="page"') == 1


def test_an_order_belongs_to_the_orders(client, busy):
    assert '<a href="/orders" aria-current="true">Orders</a>' in client.get(f"/orders/{busy}").text


def test_the_overview_begins_with_what_is_due(client, busy, monkeypatch):
    monkeypatch.setattr(BrokerLook, "depths", lambda _: Depths(True, {"acceptance": 3}, taken=2))

    html = client.get("/").text

    assert '<a href="/orders?need=answer"><b>1</b> wait for our answer</a>' in html
    assert "none is late" in html
    assert f'<a href="/orders/{busy}">O-17-A</a>' in html
    assert ">in 1 d</span>" in html
    assert '<a href="/exceptions?owner=ecommerce">ecommerce</a>' in html
    assert '<strong class="urgent">store:webshop</strong>' in html
    assert '<span class="badge alarm">silent</span>' in html
    assert '<th scope="row">acceptance</th><td class="number">3</td>' in html


def test_the_overview_says_when_the_broker_is_away(client):
    assert "The broker does not answer." in client.get("/").text


def test_an_empty_house_explains_itself(client):
    html = client.get("/").text

    assert "No order waits for an answer." in html
    assert "Nobody is asked anything." in html
    assert "Are the workers and beat running?" in html
    assert "No order is like this." in client.get("/orders").text
    assert "Nothing is asked." in client.get("/exceptions").text


def test_an_order_shows_its_whole_story_and_no_buyer(client, busy):
    html = client.get(f"/orders/{busy}").text

    for words in (
        "accepted by rule", "WAITING_ACCEPTANCE", "create: 503", "Which product is MUG?", "25.00 EUR",
        "no answer within 30 s", ' waits">received</span>', ' runs">accepted</span>', "4711",
        "acme-webshop", "O-17", "12.50", "On the marketplace, Acme", "In the shop, webshop",
    ):  # fmt: skip
        assert words in html
    assert "Buyerson" not in html


def test_nothing_from_outside_becomes_markup_or_a_dangerous_link(client, busy):
    html = client.get(f"/orders/{busy}").text

    assert "Mug &lt;b&gt;" in html
    assert "Said &lt;yes&gt;" in html
    assert "javascript:" not in html
    assert "&lt;script&gt;" in client.get("/orders?text=<script>").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A-1", "A-2", "B-1"]),
        ("text=A", ["A-1", "A-2"]),
        ("text=A_", []),
        ("text=SALE", ["B-1"]),
        ("state=accepted", ["A-2"]),
        ("need=answer", ["A-1", "B-1"]),
        ("need=trouble", ["B-1"]),
        ("need=person", []),
        ("need=nonsense", ["A-1", "A-2", "B-1"]),
        ("connection=acme-webshop&text=B", ["B-1"]),
        ("connection=another", []),
        ("page=99", ["A-1", "A-2", "B-1"]),
        ("page=-1", ["A-1", "A-2", "B-1"]),
        ("page=x", ["A-1", "A-2", "B-1"]),
    ],
)
def test_orders_are_found_by_what_people_look_for(client, placed, query, found):
    placed("A-1")
    placed("A-2", state="accepted")
    placed("B-1", commercial_id="SALE-9", last_problem="create: 503")

    html = client.get(f"/orders?{query}").text

    assert sorted(re.findall(r'<a href="/orders/\d+">(.*?)</a>', html)) == found


def test_long_lists_are_cut_into_pages_that_keep_the_question(client, placed, clock):
    for number in range(51):
        placed(f"A-{number:02}", created_at=clock() - timedelta(minutes=number))

    first, second = client.get("/orders?text=A").text, client.get("/orders?text=A&page=2").text

    assert "1 to 50 of 51 orders" in first
    assert '<a rel="next" href="/orders?text=A&amp;page=2">' in first
    assert "51 to 51 of 51 orders" in second
    assert re.findall(r'<a href="/orders/\d+">(.*?)</a>', second) == ["A-50"]


def test_exceptions_come_by_due_time_with_the_way_out(client, db, clock, connection, placed):
    orders = [placed("A"), placed("B")]
    with db.transaction() as tx:
        for kind, key, due in (("stuck", "a", 90), ("unknown_sku", "b", 10), ("backorder", "c", -5)):
            ask = Ask(kind, key, f"About {key}?", due=clock() + timedelta(minutes=due))
            for order in orders:
                desk.open_item(tx, connection, ask, "order", order, clock())

    html = client.get("/exceptions").text

    assert re.findall(r"About (.)\?", html) == ["c", "b", "a"]
    assert re.findall(r'<strong class="urgent"><span .*?>(.*?)</span>', html) == ["5 min ago"]
    assert html.count("2 orders<a") == 3
    assert html.count('<a href="/orders/') == 6
    assert "Create the product or correct its SKU in the shop" in html
    assert re.findall(r"About (.)\?", client.get("/exceptions?owner=ecommerce").text) == ["b"]


def test_a_question_carries_its_run_book_folded_away(client, db, clock, connection, placed):
    with db.transaction() as tx:
        ask = Ask("unknown_sku", "MUG", "Which product is MUG?")
        desk.open_item(tx, connection, ask, "order", placed("A"), clock())

    html = client.get("/exceptions").text

    (book,) = re.findall(r"<details id=\"book-\d+\">(.*?)</details>", html, re.DOTALL)
    assert re.findall(r"<h3>(.*?)</h3>", book) == list(SECTIONS)
    assert book.count("<li>") == 3
    assert "<code>mirakl-sync orders refuse ORDER</code>" in book


def test_what_is_due_first_comes_first_and_what_is_over_comes_last(client, placed, clock):
    placed("LATER", accept_by=clock() + timedelta(hours=9))
    placed("OVER", state="closed", accept_by=clock() - timedelta(hours=9), ship_by=clock() - timedelta(hours=1))
    placed("SHIP", state="placed", ship_by=clock() + timedelta(hours=2))
    placed("SOON", accept_by=clock() + timedelta(hours=1))

    html = client.get("/orders").text

    assert re.findall(r'<a href="/orders/\d+">(.*?)</a>', html) == ["SOON", "SHIP", "LATER", "OVER"]
    assert re.findall(r'class="due">(\w+) <strong><span .*?>(.*?)</span>', html) == [
        ("answer", "in 1 h"), ("ship", "in 2 h"), ("answer", "in 9 h"),
    ]  # fmt: skip


def test_only_the_first_of_many_waiting_orders_are_named(client, db, clock, connection, placed):
    orders = [placed(f"A-{number}") for number in range(7)]
    with db.transaction() as tx:
        for order in orders:
            ask = Ask("unknown_sku", "MUG", "Which product is MUG?")
            desk.open_item(tx, connection, ask, "order", order, clock())

    html = client.get("/exceptions?owner=ecommerce").text

    assert re.findall(r'<a href="/orders/\d+">(.*?)</a>', html) == ["A-0", "A-1", "A-2", "A-3", "A-4"]
    assert "7 orders<a" in html
    assert "and 2 more" in html


def test_a_message_leads_to_its_question_alone_and_says_when_it_is_closed(client, db, clock, connection, placed):
    with db.transaction() as tx:
        for key in ("MUG", "RUG"):
            number = desk.open_item(tx, connection, Ask("unknown_sku", key, f"Which is {key}?"), "", None, clock()).id

    assert re.findall(r"Which is (.*?)\?", client.get(f"/exceptions?item={number}").text) == ["RUG"]
    assert "Question 99 is closed or was never asked." in client.get("/exceptions?item=99").text
    assert "Which is MUG?" in client.get("/exceptions?item=x").text


def test_an_owner_nobody_knows_asks_for_everybody(client, busy):
    assert "Which product is MUG?" in client.get("/exceptions?owner=nobody").text


def test_commands_in_a_way_out_are_code_and_nothing_else_becomes_markup():
    assert coded("do `a <b>` & `c`") == "do <code>a &lt;b&gt;</code> &amp; <code>c</code>"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("received", "waits"), ("placed", "runs"), ("SHIPPED", "done"), ("REFUSED", "ended"), ("unknown", "alarm"),
     ("RECEIVED", "done"), ("processing", "plain")],
)  # fmt: skip
def test_states_of_one_meaning_share_a_tone(word, expected):
    assert tone(word) == expected


def test_an_unknown_order_and_an_unknown_page_say_so(client):
    missing, nowhere = client.get("/orders/999"), client.get("/nowhere")

    assert (missing.status_code, nowhere.status_code) == (404, 404)
    assert "There is no order with the number 999 here." in missing.text
    assert "Back to the overview" in nowhere.text


def _contrast(first: str, second: str) -> float:
    """WCAG 2's contrast of two colours."""

    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(first), light(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _colours(theme):
    return dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)[theme]))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", ["waits", "runs", "done", "ended", "alarm"])
def test_a_state_can_be_read_on_its_colour(theme, tone):
    colours = _colours(theme)

    assert _contrast(colours[f"{tone}-ink"], colours[tone]) >= 7


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("colour", ["text", "quiet", "link", "urgent"])
def test_words_stand_out_from_their_ground(theme, colour):
    colours = _colours(theme)

    assert _contrast(colours[colour], colours["ground"]) >= 7
    assert _contrast(colours[colour], colours["band"]) >= 4.5


def test_the_way_with_the_keyboard_is_visible():
    assert ":focus-visible { outline: 3px solid" in CSS.read_text()
