"""Questions on the command line: listed, shown with their run-books, acted on."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from mirakl_sync.db.models import InboxItem, Order, Route, ShelfItem
from tests.cli.conftest import Run
from tests.cli.test_orders import a_question
from tests.notify.servers import mail_server
from tests.worlds import World


def test_a_question_is_shown_with_its_run_book(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    told = run("inbox", "show", "1").output
    for words in ("How it closes", "  1. Create the product in the shop", order_id):
        assert words in told
    whole = json.loads(run("inbox", "show", "1", "--json").output)
    assert whole["runbook"]["kind"] == "unknown_sku"
    assert len(whole["runbook"]["sections"]) == 5


def test_a_run_book_can_be_read_without_a_question_and_its_commands_stay_whole(run: Run) -> None:
    told = run("inbox", "runbook", "window_missed").output
    assert "Run-book: An order was refused by the marketplace because nobody answered" in told
    assert '`mirakl-sync inbox settle ITEM --answer "…"`' in told
    assert max(len(line) for line in told.splitlines()) <= 100
    assert json.loads(run("inbox", "runbook", "stuck", "--json").output)["kind"] == "stuck"
    run("inbox", "runbook", "no_such_kind", code=2)


def test_people_take_on_remark_settle_and_reopen_and_the_story_tells_it(acme: World, run: Run) -> None:
    a_question(acme)
    assert "Item 1: assigned to ann" in run("inbox", "assign", "1", "--to-me").output
    assert "assigned to bob" in run("inbox", "assign", "1", "bob", "--json").output
    run("inbox", "comment", "1", "asked the supplier", "--who", "bob")
    listed = run("inbox", "list").output
    assert "bob" in listed
    assert "the sale is lost in 23 h" in listed
    run("inbox", "assign", "1", "--nobody")
    run("inbox", "assign", "1", code=2)
    run("inbox", "assign", "1", "bob", "--to-me", code=2)
    settled = json.loads(run("inbox", "settle", "1", "--answer", "made", "--enqueue", "--json").output)
    assert settled["looked_at_again"] == {"order": [1]}
    shown = run("inbox", "show", "1").output
    for words in ("ann: assigned to ann", "bob: asked the supplier", "by ann: made", "given back by bob"):
        assert words in shown
    assert "by ann: made" in run("inbox", "list", "--closed").output
    assert "opened again" in run("inbox", "reopen", "1").output
    assert "is open" in run("inbox", "reopen", "1", code=1).stderr


def test_a_retry_says_first_what_it_would_do_and_changes_nothing(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    with acme.wiring.db.transaction() as tx:
        tx.execute(delete(ShelfItem))
    before = acme.order(order_id)
    told = run("inbox", "retry", "1").output
    for words in (f"order {order_id}", "asks the shop about SKU and stock", "Nothing can double", "Nothing was done."):
        assert words in told
    after = acme.order(order_id)
    assert (after.next_attempt_at, after.blocked_by, after.fence) == (
        before.next_attempt_at,
        before.blocked_by,
        before.fence,
    )
    plan = json.loads(run("inbox", "retry", "--kind", "unknown_sku", "--connection", "acme-webshop", "--json").output)
    assert plan["done"] is False
    assert [(row["number"], row["possible"]) for row in plan["plan"]["rows"]] == [(order_id, True)]
    assert acme.workers.waiting == type(acme.workers.waiting)()


def test_a_retry_of_a_kind_does_what_it_said(acme: World, run: Run) -> None:
    first, second = a_question(acme), a_question(acme)
    acme.webshop.post("products", {"products": [{"sku": "GHOST", "price": 5, "quantity": 9, "title": "Ghost"}]})
    with acme.wiring.db.transaction() as tx:
        tx.execute(delete(ShelfItem))
    told = run("inbox", "retry", "--kind", "unknown_sku", "--yes").output
    assert "Questions: 1. Rows that wait for them: 2, to be tried again: 2." in told
    assert {acme.order(first).state, acme.order(second).state} == {"accepted"}
    shown = run("inbox", "show", "1").output
    assert "ann: tried again: 2 rows" in shown
    assert "by itself" in shown


def test_a_row_in_a_persons_hands_is_left_there(acme: World, run: Run) -> None:
    order_id = a_question(acme)
    with acme.wiring.db.transaction() as tx:
        tx.execute(update(Order).values(managed=False))
    told = run("inbox", "retry", "1")
    assert f"not: {order_id} is in a person's hands." in told.output
    assert "to be tried again: 0." in told.output
    assert "is in a person's hands" in run("inbox", "retry", "1", "--yes", code=1).stderr


def test_a_retry_needs_a_choice_and_open_items(acme: World, run: Run) -> None:
    a_question(acme)
    run("inbox", "retry", code=2)
    run("inbox", "retry", "1", "--kind", "stuck", code=2)
    assert "no open item 9" in run("inbox", "retry", "9", code=1).stderr
    assert "Questions: 0." in run("inbox", "retry", "--kind", "stuck").output


def test_what_would_be_told_is_shown_and_a_trial_is_sent(
    acme: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_question(acme)
    assert "Nobody is told for finance" in run("inbox", "test-message", "finance", code=1).stderr
    with acme.wiring.db.transaction() as tx:
        tx.add(Route(role="ecommerce", email=["ann@shop.example"], webhook={"url": ""}))
        tx.execute(update(InboxItem).values(opened_at=acme.wiring.now() - timedelta(minutes=5)))
    with mail_server() as box:
        monkeypatch.setenv("MIRAKL_SYNC_SMTP_URL", box.url)
        monkeypatch.setenv("MIRAKL_SYNC_MAIL_FROM", "sync@shop.example")
        for _ in range(2):
            told = run("inbox", "notify", "--dry-run").output
            assert "To ecommerce at email:ann@shop.example: The shop does not know a SKU that was sold" in told
        assert box.mails == []
        assert "messages made: 1, sent: 1" in run("inbox", "notify").output
        assert json.loads(run("inbox", "notify", "--dry-run", "--json").output) == []
        assert "told ecommerce at email:ann@shop.example (alert): 20" in run("inbox", "show", "1").output
        assert "email:ann@shop.example: arrived" in run("inbox", "test-message", "ecommerce").output
        box.unknown = {"ann@shop.example"}
        assert "does not take mail" in run("inbox", "test-message", "ecommerce", code=1).output
    assert len(box.mails) == 2
