"""The pages about stock: at a glance, offers by what people look for, one offer with its sum and its story."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from mirakl_sync.db.models import (
    Connection,
    LevelFeed,
    Offer,
    PlannerDesk,
    PlannerFact,
    PlannerIncoming,
    ShelfItem,
    StockComparison,
    StockDrift,
    StockLane,
    StockPush,
    StockRule,
    Store,
)
from mirakl_sync.shelf import story
from mirakl_sync.shelf.story import Told
from tests.console.test_pages import Outline


@pytest.fixture
def shelf(db, clock, connection):
    """Offers of acme-webshop in every condition, files, a comparison, a rule and a story."""
    now = clock()
    with db.transaction() as tx:
        store = tx.get_one(Connection, connection).store_pk
        tx.add(LevelFeed(store_pk=store, read_at=now))
        push = StockPush(connection_id=connection, state="sent", asked_at=now, rows=1, import_id="2001")
        failed = {"why": "the marketplace applied <nothing>", "their_state": "FAILED"}
        tx.add(StockPush(connection_id=connection, state="failed", asked_at=now, finished_at=now, **failed))
        tx.add(push)
        tx.flush()
        for sku, level, columns in (
            ("DUE", 7, {"theirs": 9, "wanted": 7, "due": True, "since": now - timedelta(seconds=90)}),
            ("GOOD", 5, {"theirs": 5, "wanted": 5, "because": "level", "proved_at": now}),
            ("HELD", 3, {"theirs": 8, "wanted": 3, "held": "changed by <somebody>"}),
            ("HIDDEN", 3, {"theirs": 3, "wanted": 3, "active": False}),
            ("LEFT", None, {"theirs": 8, "wanted": None, "because": "missing"}),
            ("REFUSED", 2, {"theirs": None, "wanted": 2, "refused": 2, "refusal": "no such offer"}),
            ("TRAVELS", 4, {"theirs": 1, "wanted": 4, "push_id": push.id, "sent": 4}),
        ):
            tx.add(Offer(connection_id=connection, store_pk=store, sku=sku, **columns))
            tx.add(ShelfItem(store_pk=store, sku=sku, observed_at=now, matches=1, quantity=level))
        tx.add(StockLane(connection_id=connection, push_id=push.id))
        done = {"began_at": now, "finished_at": now, "offers": 7, "agree": 5, "words": "every offer was read for it"}
        compared = StockComparison(connection_id=connection, asked_by="ann", causes={"held": 1, "waiting": 1}, **done)
        tx.add(compared)
        tx.flush()
        for sku, cause in (("HELD", "held"), ("DUE", "waiting")):
            words = "`mirakl-sync stock release CONNECTION SKU` lets ours go." if cause == "held" else "The next file."
            tx.add(StockDrift(comparison_id=compared.id, sku=sku, cause=cause, theirs=8, wanted=3, words=words))
        rule = {"scope": "sku", "name": "GOOD", "at_most": 5, "made_by": "ann", "made_at": now, "why": "fragile"}
        tx.add(StockRule(store_pk=store, connection_id=connection, **rule))
        sold = {"connection_id": connection, "after": 2, "ref": "O-17-A"}
        told = [story.line(store, "DUE", Told.SOLD, now - timedelta(minutes=1), now, **sold)]
        story.write(tx, [*told, story.line(store, "DUE", Told.LEVEL, now, now, before=9, after=7, words="told")])
    return connection


def found(client, query: str) -> list[str]:
    return re.findall(
        r'<th scope="row"><a href="/stock/offer\?[^"]*">([^<]+)</a>', client.get(f"/stock/offers?{query}").text
    )


def test_connections_are_seen_at_a_glance(client, shelf):
    html = client.get("/stock").text

    assert '<span class="badge plain">watches</span>' in html
    assert '<a href="/stock/offers?connection=acme-webshop&amp;only=due">1</a>' in html
    assert (
        '<a href="/stock/offers?connection=acme-webshop&amp;only=refused"><strong class="urgent">1</strong></a>' in html
    )
    assert '<td data-label="Oldest"><span class="left"' in html
    assert "1 left alone" in html
    assert "1 not shown" in html
    assert '<a href="/stock" aria-current="page">Stock</a>' in html


def test_drift_is_shown_with_its_causes_and_the_way_out(client, shelf):
    html = client.get("/stock").text

    assert "5 of 7 offers agreed" in html
    assert "every offer was read for it" in html
    assert "<code>mirakl-sync stock release CONNECTION SKU</code>" in html
    only = client.get("/stock?connection=acme-webshop&cause=waiting").text
    assert "The next file." in only
    assert "lets ours go" not in only


def test_files_and_rules_are_listed(client, shelf):
    html = client.get("/stock").text

    assert "the marketplace applied &lt;nothing&gt;" in html
    assert '<span class="badge alarm">failed</span>' in html
    assert '<td data-label="Says">at most 5</td>' in html
    assert '<td data-label="Why">fragile</td>' in html


def test_offers_are_found_by_what_people_look_for(client, shelf):
    assert found(client, "") == ["DUE", "GOOD", "HELD", "HIDDEN", "LEFT", "REFUSED", "TRAVELS"]
    assert found(client, "only=due") == ["DUE"]
    assert found(client, "only=held") == ["HELD"]
    assert found(client, "only=inactive") == ["HIDDEN"]
    assert found(client, "text=efus") == ["REFUSED"]
    assert found(client, "because=missing") == ["LEFT"]
    assert found(client, "only=nonsense&because=nonsense&connection=nonsense&text=GOOD") == ["GOOD"]


def test_a_list_says_what_holds_each_number(client, shelf):
    html = client.get("/stock/offers").text

    for words in ("the next file", "a person must say: changed by &lt;somebody&gt;", "refused: no such offer"):
        assert words in html
    assert "carries 4" in html
    assert '<td data-label="Ours" class="number">left alone</td>' in html
    assert '<td data-label="Theirs" class="number">?</td>' in html
    assert '<span class="at">not shown to buyers</span>' in html


def test_long_lists_are_cut_into_pages_that_keep_the_question(client, db, shelf):
    with db.transaction() as tx:
        store = tx.get_one(Connection, shelf).store_pk
        tx.add_all(Offer(connection_id=shelf, store_pk=store, sku=f"MANY-{number:02}") for number in range(51))

    html = client.get("/stock/offers?text=MANY").text

    assert "1 to 50 of 51 offers" in html
    assert '<a rel="next" href="/stock/offers?text=MANY&amp;page=2">' in html


def test_an_offer_shows_its_sum_in_steps_and_in_words(client, shelf):
    html = client.get("/stock/offer?connection=acme-webshop&sku=GOOD").text

    assert "<h1>GOOD on acme-webshop</h1>" in html
    assert '<tr><th scope="row">the shop counts</th><td class="number">5</td></tr>' in html
    assert "acme-webshop should show 5." in html
    assert "Nothing happened to it in that time." in html


def test_an_offers_story_is_told_second_by_second(client, shelf):
    html = client.get("/stock/offer?connection=acme-webshop&sku=DUE").text

    assert "2 sold (O-17-A) [learned 60 s later]" in html
    assert "the shop counts 7 instead of 9" in html
    assert '<th scope="col" class="number">acme-webshop</th>' in html
    assert '<option value="24" selected>a day</option>' in html


@pytest.mark.parametrize("query", ["connection=acme-webshop&sku=NONE", "connection=nobody&sku=GOOD", ""])
def test_what_does_not_exist_is_said_with_what_does(client, shelf, query):
    answer = client.get(f"/stock/offer?{query}")

    assert answer.status_code == 404
    assert "acme-webshop" in answer.text or "knows the SKU" in answer.text


def test_empty_pages_explain_themselves(client, connection):
    html = client.get("/stock").text
    assert "mirakl-sync stock push --dry-run" in html
    assert "mirakl-sync stock compare acme-webshop" in html
    assert "the policies hold" in html
    assert "list of offers is read when it is joined" in client.get("/stock/offers").text
    assert "Show all offers" in client.get("/stock/offers?text=x").text


def test_without_a_connection_the_way_is_shown(client):
    assert "mirakl-sync connections apply FILE" in client.get("/stock").text


@pytest.mark.parametrize("address", ["/stock", "/stock/offers", "/stock/offer?connection=acme-webshop&sku=DUE"])
def test_a_full_page_can_be_read_without_eyes_mouse_and_script(client, shelf, address):
    page = Outline(client.get(address).text)

    assert page.names().count("caption") == page.names().count("table") >= 1
    assert page.names().count("h1") == 1
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(cell.get("tabindex") == "0" for cell in page.all("div") if cell.get("role") == "region")


def test_an_offer_shows_what_the_planner_plans_and_what_is_on_its_way(client, db, clock, connection, shelf):
    now = clock()
    with db.transaction() as tx:
        planner = Store(key="ip", platform="planner", url="https://ip.example", credentials={})
        tx.add(planner)
        tx.flush()
        tx.get_one(Connection, connection).planner_pk = planner.id
        tx.add(PlannerDesk(store_pk=planner.id, opened_at=now, token="t", read_at=now))
        fact = {"in_stock": 7, "sold_7": 3, "sold_30": 12, "to_order": 40, "days_left": None, "read_at": now}
        tx.add(PlannerFact(planner_pk=planner.id, sku="GOOD", **fact))
        coming = {"quantity": 60, "order_key": "PO-2", "reference": "<spring>", "read_at": now}
        tx.add(PlannerIncoming(planner_pk=planner.id, sku="GOOD", expected_on=date(2026, 4, 1), **coming))

    known = client.get("/stock/offer?connection=acme-webshop&sku=GOOD").text
    unknown = client.get("/stock/offer?connection=acme-webshop&sku=DUE").text

    assert "What ip plans" in known
    assert "7 in stock there, 3 sold in 7 days, 12 in 30; ? days left; it advises to order 40." in known
    assert "2026-04-01" in known
    assert "&lt;spring&gt;" in known
    assert "It does not know DUE." in unknown
