"""Questions on the command line: listed, shown with their run-books, acted on."""

from __future__ import annotations

import json

from tests.cli.conftest import Run
from tests.cli.test_orders import a_question
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
