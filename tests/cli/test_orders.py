"""Orders on the command line: looked at, answered, taken over, given back."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete

from mirakl_sync.db.models import ShelfItem
from mirakl_sync.dispatch import RecordingDispatcher
from tests.cli.conftest import Run
from tests.worlds import World

GHOST = {"shop_id": 2000, "offers": [{"sku": "GHOST", "price": 5, "quantity": 50, "title": "Ghost"}]}


def a_question(acme: World) -> str:
    """An order nobody can answer by rule: the shop does not know its SKU."""
    acme.market.post("offers", GHOST)
    (order_id,) = acme.place(lines=[{"sku": "GHOST", "quantity": 1}])
    acme.pull()
    acme.work()
    return order_id


def test_a_pull_takes_orders_as_far_as_they_go(acme: World, run: Run) -> None:
    first, second = acme.place(lines=[{"sku": "MUG"}]) + acme.place(lines=[{"sku": "LAMP"}])
    told = run("orders", "pull").output
    assert "acme-webshop: 2 orders seen, 2 new, 0 changed" in told
    assert {acme.their_order(order_id)["accepted_by"] for order_id in (first, second)} == {"shop"}
    run("orders", "pull", "acme-webshop")
    assert [acme.order(order_id).state for order_id in (first, second)] == ["placed", "placed"]
    assert len(acme.shop_orders()) == 2


def test_lists_filter_count_and_page(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    acme.place(lines=[{"sku": "MUG"}])
    acme.settle()
    found = json.loads(run("orders", "list", "--json").output)
    assert (found["total"], len(found["rows"])) == (2, 2)
    by_need = json.loads(run("orders", "list", "--need", "answer", "--json").output)
    assert [row["order_id"] for row in by_need["rows"]] == [order_id]
    assert json.loads(run("orders", "list", "--sku", "MUG", "--json").output)["total"] == 1
    assert json.loads(run("orders", "list", "--state", "placed", "--json").output)["total"] == 1
    assert json.loads(run("orders", "list", "--due", "1h", "--json").output)["total"] == 0
    assert json.loads(run("orders", "list", "--due", "2d", "--need", "person", "--json").output)["total"] == 1
    paged = run("orders", "list", "--limit", "1", "--page", "2")
    assert "Page 2 of 2, 2 orders." in paged.stderr
    assert order_id in paged.stdout
    assert "\x1b[" not in paged.stdout


def test_empty_lists_say_what_to_do(acme: World, run: Run) -> None:
    del acme
    assert "`mirakl-sync orders pull`" in run("orders", "list").output
    assert "Nothing waits for a person." in run("inbox", "list").output


def test_one_order_is_shown_whole(acme: World, run: Run) -> None:
    (order_id,) = acme.place(lines=[{"sku": "MUG", "quantity": 2}])
    acme.settle()
    told = run("orders", "show", order_id).output
    for words in ("placed", "ship by", "MUG", "The shop's order", "accept", "confirmed", "received → accepted"):
        assert words in told
    whole = json.loads(run("orders", "show", f"acme-webshop/{order_id}", "--json").output)
    assert whole["row"]["state"] == "placed"
    assert {effect["kind"] for effect in whole["effects"]} >= {"accept", "create", "release"}
    assert whole["shop_orders"][0]["current"] is True


def test_a_person_accepts_and_the_marketplace_is_told_at_once(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    told = run("orders", "accept", order_id).output
    assert order_id in told
    assert acme.their_order(order_id)["accepted_by"] == "shop"
    whole = json.loads(run("orders", "show", order_id, "--json").output)
    assert ("ann", "to be accepted by hand") in [(entry["who"], entry["sentence"]) for entry in whole["timeline"]]
    assert whole["questions"] == []
    again = run("orders", "accept", order_id, code=1)
    assert "is answered already" in again.stderr


def test_a_person_refuses(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    run("orders", "refuse", order_id)
    assert acme.their_order(order_id)["state"] == "REFUSED"
    assert acme.order(order_id).state == "refused"


def test_many_are_answered_by_filter_after_a_question(acme: World, run: Run) -> None:
    ids = [a_question(acme), a_question(acme)]
    assert "there is nobody to ask here" in run("orders", "refuse", "--all-matching", "--sku", "GHOST", code=2).stderr
    run("orders", "refuse", "--all-matching", "--sku", "GHOST", "--yes")
    assert [acme.their_order(order_id)["state"] for order_id in ids] == ["REFUSED", "REFUSED"]
    assert "nothing was done" in run("orders", "refuse", "--all-matching", "--sku", "GHOST", "--yes").output


def test_wrong_usage_and_unknown_orders_are_one_sentence(acme: World, run: Run) -> None:
    del acme
    assert "Name orders, or use --all-matching" in run("orders", "accept", code=2).stderr
    assert "Filters go with --all-matching" in run("orders", "accept", "X", "--sku", "Y", code=2).stderr
    assert "There is no order 'X'." in run("orders", "show", "X", code=1).stderr
    assert "expected a duration" in run("orders", "list", "--due", "soon", code=2).stderr


def test_one_that_cannot_be_does_not_stop_the_others(acme: World, run: Run) -> None:
    waiting = a_question(acme)
    (placed,) = acme.place(lines=[{"sku": "MUG"}])
    acme.settle()
    result = run("orders", "refuse", placed, waiting, code=1)
    assert f"{placed}: {placed} is answered already" in result.stderr
    assert acme.their_order(waiting)["state"] == "REFUSED"
    assert acme.their_order(placed)["state"] == "SHIPPING"


def test_taking_over_and_giving_back(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    run("orders", "unmanage", order_id)
    assert "Nothing waits for a person." in run("inbox", "list").output
    assert "is in a person's hands" in run("orders", "accept", order_id, code=1).stderr
    assert "already" in run("orders", "unmanage", order_id, code=1).stderr
    run("orders", "manage", order_id)
    assert acme.order(order_id).managed
    assert "in our hands already" in run("orders", "manage", order_id, code=1).stderr
    assert "GHOST" in run("inbox", "list").output


def test_an_answer_not_told_yet_is_taken_back(acme: World, run: Run) -> None:
    (order_id,) = acme.place(lines=[{"sku": "MUG"}], state="STAGING")
    acme.settle(rounds=1)
    run("orders", "refuse", order_id)
    assert acme.order(order_id).answer_by_hand == "refuse"
    assert "has this answer already, by ann" in run("orders", "refuse", order_id, code=1).stderr
    run("orders", "take-back", order_id)
    assert (acme.order(order_id).answer_by_hand, acme.order(order_id).answered_by) == ("", "")
    assert "has no answer by hand" in run("orders", "take-back", order_id, code=1).stderr
    told = [entry["sentence"] for entry in json.loads(run("orders", "show", order_id, "--json").output)["timeline"]]
    assert told[-2:] == [
        "to be refused by hand, as soon as the operator's checks are over",
        "the answer by hand is taken back",
    ]


def test_while_an_answer_is_on_its_way_nobody_gives_another(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    acme.market.trouble({"what": "lose_answer", "match": "OR21"})
    run("orders", "refuse", order_id, code=1)
    assert "is on its way to the marketplace" in run("orders", "accept", order_id, code=1).stderr
    assert acme.order(order_id).answer_by_hand == "refuse"


def test_enqueue_sets_the_columns_and_rings_the_workers(acme: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = a_question(acme)
    bells = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: bells)
    assert "Rang the workers for 1 orders." in run("orders", "accept", order_id, "--enqueue").output
    assert "Rang for 1 connections." in run("orders", "pull", "--enqueue").output
    assert [wake.task for wake in bells.sent] == ["orders.accept", "orders.pull"]
    assert bells.sent[0].args == (acme.order(order_id).id,)
    assert acme.their_order(order_id)["state"] == "WAITING_ACCEPTANCE"


def test_retry_looks_again_after_the_cause_was_mended(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    acme.webshop.post("products", {"products": [{"sku": "GHOST", "price": 5, "quantity": 9, "title": "Ghost"}]})
    with acme.wiring.db.transaction() as tx:
        tx.execute(delete(ShelfItem))
    run("orders", "retry", order_id)
    assert acme.order(order_id).state == "accepted"


def test_settling_a_question_looks_at_its_orders_again(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    (row,) = json.loads(run("inbox", "list", "--json").output)["rows"]
    shown = run("inbox", "show", str(row["id"])).output
    assert order_id in shown
    assert "way out" in shown
    told = run("inbox", "settle", str(row["id"]), "--answer", "product added").output
    assert f"Item {row['id']} is settled; 1 order is looked at again." in told
    assert "was settled at" in run("inbox", "settle", str(row["id"]), code=1).stderr
    assert "There is no item 99." in run("inbox", "show", "99", code=1).stderr
    assert json.loads(run("inbox", "list", "--json").output)["rows"][0]["id"] != row["id"]
    closed = json.loads(run("inbox", "list", "--closed", "--json").output)["rows"]
    assert [item["id"] for item in closed] == [row["id"]]
