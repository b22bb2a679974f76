"""Stock on the command line: looked at, sent, taken off sale and put back, ruled, compared, explained."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mirakl_sync.db.models import Connection, Offer, StockLane
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock import pushing, reading, weighing
from mirakl_sync.stores import full_look
from tests.cli.conftest import Run
from tests.worlds import CALL_LIMITS, World, world

# A marketplace of tests takes files whenever they come.
FREE = CALL_LIMITS | dict.fromkeys(("STO01", "STO02", "STO03", "OF52", "OF52_FULL", "OF53"), 0)


@dataclass(frozen=True)
class Desk:
    """Somebody at the command line, with a shop and a marketplace whose offers are known and weighed."""

    acme: World
    run: Run

    def told(self, *words: str) -> Any:
        """What a command answers to programs."""
        return json.loads(self.run("stock", *words, "--json").stdout)

    def theirs(self) -> dict[str, int]:
        """The marketplace's own books."""
        return dict(self.acme.market.get("offers")["2000"])

    def offer(self, sku: str) -> Offer:
        """An offer's row."""
        with self.acme.wiring.db.reading() as tx:
            return tx.execute(select(Offer).where(Offer.sku == sku)).scalar_one()

    def counts(self, sku: str, quantity: int) -> None:
        """Staff of the shop count a SKU; nobody of ours has seen it yet."""
        self.acme.webshop.post("stock", {"sku": sku, "quantity": quantity})

    def write(self, **columns: Any) -> None:
        """Set something on every offer."""
        with self.acme.wiring.db.transaction() as tx:
            tx.execute(update(Offer).values(**columns))


@pytest.fixture
def desk(database_url: str, settings: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    del settings
    monkeypatch.setattr("mirakl_sync.cli.stock_work.BREATH", 0.01)
    monkeypatch.setattr(reading, "LOOK_EVERY", reading.LOOK_EVERY * 0)
    with world(database_url, stock=StockPolicy(send=True), call_limits=FREE) as acme:
        reading.read_offers(acme.connection, acme.wiring)
        with acme.wiring.db.reading() as tx:
            store = tx.get_one(Connection, acme.connection).store_pk
        full_look.read_levels(store, acme.wiring)
        weighing.weigh(acme.wiring, store)
        yield Desk(acme, run)


def test_everything_at_a_glance(desk: Desk) -> None:
    told = desk.run("stock", "status").output
    assert "acme-webshop" in told
    assert "sends" in told
    (row,) = desk.told("status")
    assert (row["standing"], row["row"]["counts"]["listed"], row["row"]["counts"]["due"]) == ("sends", 3, 0)


def test_a_change_in_the_shop_is_looked_at_shown_and_sent(desk: Desk) -> None:
    desk.counts("LAMP", 2)
    assert "webshop: 1 SKUs asked about" in desk.run("stock", "look", "webshop", "LAMP").output
    dry = desk.run("stock", "push", "acme-webshop", "--dry-run")
    assert "Nothing was sent (--dry-run)." in dry.stderr
    assert [line.split() for line in dry.stdout.splitlines()[1:]] == [["LAMP", "acme-webshop", "5", "2", "-3"]]
    assert desk.theirs()["LAMP"] == 5
    assert desk.offer("LAMP").push_id is None
    sent = desk.run("stock", "push").output
    assert "acme-webshop: sent 1 numbers as" in sent
    (file,) = desk.told("files")["rows"]
    assert (file["rows"], file["zeros"], file["state"]) == (1, 0, "sent")
    assert "the marketplace works on the file" in desk.run("stock", "push").output


def test_a_file_is_followed_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "FIRST_LOOK", pushing.FIRST_LOOK * 0)
    desk.counts("MUG", 7)
    desk.run("stock", "look", "webshop")
    told = desk.run("stock", "push", "acme-webshop", "--wait").output
    assert "1 numbers, 0 refused, done" in told
    assert desk.theirs()["MUG"] == 7
    assert desk.told("offers", "--text", "MUG")["rows"][0]["theirs"] == 7


def test_the_very_file_is_written_and_one_sku_is_told_anew(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "next.csv"
    desk.counts("LAMP", 0)
    desk.run("stock", "look", "webshop", "--all")
    told = desk.run("stock", "push", "acme-webshop", "--dry-run", "--out", str(out))
    assert f"1 rows written to {out}." in told.stderr
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["offer-sku", "quantity", "warehouse-code", "update-delete"],
            ["LAMP", "0", "", "update"],
        ]
    assert desk.told("push", "--dry-run", "--sku", "MUG") == []
    assert "sent 2 numbers" in desk.run("stock", "push", "acme-webshop", "--sku", "MUG").output
    assert "Not offered there: MUGG." in desk.run("stock", "push", "--sku", "MUGG", code=1).stderr


def test_what_cannot_be_meant_is_said_before_anything_happens(desk: Desk) -> None:
    for words, said in (
        (("push", "--out", "x.csv"), "--out goes with --dry-run"),
        (("push", "--json"), "--json goes with --dry-run"),
        (("push", "--wait", "--enqueue"), "--wait does it here"),
        (("look", "webshop", "MUG", "--all"), "one of the two"),
        (("offers", "--due", "--held"), "Choose one of --due, --held."),
        (("zero", "acme-webshop", "--for", "soon", "--why", "x"), "expected a duration"),
        (("zero", "acme-webshop", "--for", "1h", "--why", "x"), "This takes 3 offers of acme-webshop off sale"),
        (("release", "acme-webshop"), "Name SKUs, or add --yes"),
    ):
        assert said in desk.run("stock", *words, code=2).stderr
    assert "There is no connection or store 'acme'." in desk.run("stock", "push", "acme", code=1).stderr
    assert "There is no store 'shop'" in desk.run("stock", "look", "shop", code=1).stderr


def test_the_workers_are_rung_instead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bells = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: bells)
    assert "Rang for 1 connections." in desk.run("stock", "push", "--enqueue").output
    desk.run("stock", "look", "webshop", "--enqueue", "--all")
    desk.run("stock", "compare", "--enqueue")
    assert {wake.task for wake in bells.sent} >= {"stock.push", "stock.read_levels", "stock.compare"}
    assert Wake("stock.push", (desk.acme.connection,)) in bells.sent
    with desk.acme.wiring.db.reading() as tx:
        assert tx.get_one(StockLane, desk.acme.connection).hurry == "ann"


def test_a_connection_that_sends_nothing_says_so_with_the_way_out(desk: Desk) -> None:
    desk.run("connections", "pause", "acme-webshop", "stock")
    refused = desk.run("stock", "push", "acme-webshop", code=1).stderr
    assert "acme-webshop sends no stock: a person paused its stock." in refused
    assert "connections resume acme-webshop" in refused
    everything = desk.run("stock", "push")
    assert "acme-webshop sends no stock" in everything.stderr
    assert "nothing was done" in everything.stdout


def test_a_marketplace_is_taken_off_sale_and_put_back(desk: Desk) -> None:
    told = desk.run("stock", "zero", "acme-webshop", "--for", "2h", "--why", "wrong prices", "--yes").output
    assert "acme-webshop: everything (3 offers) off sale until" in told
    desk.run("stock", "push")
    assert desk.told("offers", "--due")["total"] == 0
    assert {row["wanted"] for row in desk.told("offers")["rows"]} == {0}
    assert "everything is off sale, by ann, until in 1 h 59 min" in desk.run("stock", "status").output
    assert "On sale again: acme-webshop." in desk.run("stock", "restore", "acme-webshop").output
    assert "Nothing there was off sale." in desk.run("stock", "restore", "acme-webshop").output


def test_a_sku_is_taken_off_sale_everywhere_and_put_back(desk: Desk) -> None:
    told = desk.run("stock", "zero", "webshop", "--sku", "MUG", "--for", "1d", "--why", "recall").output
    assert "webshop: MUG off sale until" in told
    (rule,) = desk.told("rules")
    assert (rule["name"], rule["says"], rule["connection"], rule["why"]) == ("MUG", {"fixed": 0}, "", "recall")
    assert "MUG" in desk.run("stock", "restore", "webshop", "--sku", "MUG").output
    assert desk.told("rules") == []
    whole = desk.run("stock", "zero", "webshop", "--for", "1d", "--why", "x", code=1).stderr
    assert "webshop is no connection." in whole
    assert "Name one of acme-webshop." in whole


def test_rules_are_made_listed_and_ended(desk: Desk) -> None:
    assert "Nobody ruled anything" in desk.run("stock", "rules").output
    made = desk.run("stock", "rule", "acme-webshop", "MUG", "--buffer", "3", "--at-most", "20", "--why", "slow").output
    assert "for MUG on acme-webshop: buffer 3, at most 20" in made
    (rule,) = desk.told("rules", "acme-webshop")
    assert (rule["says"], rule["made_by"], rule["until"]) == ({"buffer": 3, "at_most": 20}, "ann", None)
    shown = desk.run("stock", "rules", "--name", "MUG").output
    assert "buffer 3, at most 20" in shown
    assert "never" in shown
    assert "MUG: no longer 3 kept back, at most 20 shown." in desk.run("stock", "unrule", str(rule["id"])).output
    assert "There is no rule" in desk.run("stock", "unrule", str(rule["id"]), code=1).stderr
    assert "The rule says nothing." in desk.run("stock", "rule", "acme-webshop", "MUG", code=1).stderr


def test_offers_are_listed_with_what_holds_them(desk: Desk) -> None:
    desk.write(held="changed by somebody else")
    told = desk.run("stock", "offers", "--held").output
    assert told.count("a person must say: changed by somebody else") == 3
    page = desk.run("stock", "offers", "acme-webshop", "--limit", "2", "--page", "2")
    assert "Page 2 of 2, 3 offers." in page.stderr
    assert "No offers match." in desk.run("stock", "offers", "--text", "zzz").output
    assert "acme-webshop: our numbers go for LAMP." in desk.run("stock", "release", "acme-webshop", "LAMP").output
    assert "LAMP, MUG" not in desk.run("stock", "release", "acme-webshop", "--yes").output
    assert "Nothing of acme-webshop waits" in desk.run("stock", "release", "acme-webshop", "--yes").output
    assert "waits for a person: MUG" in desk.run("stock", "release", "acme-webshop", "MUG", code=1).stderr


def test_a_number_is_explained_step_by_step(desk: Desk) -> None:
    desk.run("stock", "rule", "acme-webshop", "MUG", "--buffer", "30")
    told = desk.run("stock", "why", "acme-webshop", "MUG").output
    assert "the shop counts" in told
    assert "less 30 kept back" in told
    assert "acme-webshop should show 70." in told
    assert desk.told("why", "acme-webshop", "MUG")["wanted"] == 70
    assert "knows the SKU 'MUGG'" in desk.run("stock", "why", "acme-webshop", "MUGG", code=1).stderr


def test_both_sides_are_compared_and_the_drift_is_shown(desk: Desk) -> None:
    assert "was never compared" in desk.run("stock", "drift", "acme-webshop", code=1).stderr
    assert "Nothing was compared yet" in desk.run("stock", "drift").output
    agreed = desk.run("stock", "compare", "acme-webshop")
    assert "acme-webshop: 3 of 3 offers agree" in agreed.output
    desk.acme.market.post("portal/offers", {"shop_id": 2000, "sku": "LAMP", "quantity": 4})
    differs = desk.run("stock", "compare", code=1).output
    assert "acme-webshop: 2 of 3 offers agree; never_sent 1." in differs
    shown = desk.run("stock", "drift", "acme-webshop", "--cause", "never_sent").output
    assert [line.split()[:5] for line in shown.splitlines() if line.startswith("LAMP")] == [
        ["LAMP", "never_sent", "4", "5", "5"]
    ]
    assert "found no 'stale'" in desk.run("stock", "drift", "acme-webshop", "--cause", "stale", code=1).stderr
    assert desk.told("drift", "acme-webshop")["comparison"]["agree"] == 2


def test_a_shop_that_does_not_answer_is_told_and_the_exit_code_says_so(desk: Desk) -> None:
    desk.acme.webshop.trouble({"what": "fail", "match": "/products"})
    assert "HTTP 503" in desk.run("stock", "look", "webshop", "--all", code=1).stderr


def test_a_skus_story_is_told_second_by_second_with_what_was_sold_too_often(desk: Desk) -> None:
    assert "Nothing happened to RUG" in desk.run("stock", "story", "webshop", "RUG").output
    desk.acme.place(lines=[{"sku": "RUG", "quantity": 2}])
    desk.acme.pull()
    desk.counts("RUG", 1)
    desk.run("stock", "look", "webshop", "RUG")
    desk.run("stock", "rule", "webshop", "RUG", "--buffer", "1", "--why", "fragile")
    told = desk.run("stock", "story", "webshop", "RUG", "--since", "2h")
    for words in ("2 sold (", "the shop counts 1 instead of 3", "a person ruled: 1 kept back: fragile (ann)"):
        assert words in told.stdout
    assert "acme-webshop shows" in told.stdout.splitlines()[0]
    lines = desk.told("story", "webshop", "RUG")["lines"]
    assert [line["entry"]["kind"] for line in lines if line["entry"]["kind"] in ("sold", "level", "rule")]
    assert "There is no store 'shop'" in desk.run("stock", "story", "shop", "RUG", code=1).stderr
