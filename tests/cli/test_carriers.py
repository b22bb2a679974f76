"""Carriers on the command line: the list, the names that wait, mapping one of them, many by a file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from mirakl_sync.connections.difference import by_key
from mirakl_sync.db.models import Marketplace
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.shipments import flow
from tests.cli.conftest import Floor, Run
from tests.worlds import World

UPS, UPS_2 = "1Z999AA10123456784", "1Z5R89390357567127"
HEAD = "connection,name,country,carrier_code,carrier_name,tracking_url\n"


@pytest.fixture
def waiting(floor: Floor) -> list[str]:
    """Two orders whose parcels wait for what "Brown Trucks" means; answers their ids."""
    return [
        floor.shipped(carrier="Brown Trucks", number=UPS),
        floor.shipped("LAMP", carrier="BROWN-TRUCKS", number=UPS_2),
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mappings.csv"


def test_a_list_that_was_never_read_says_how_to_read_it(acme: World, run: Run) -> None:
    del acme
    told = run("carriers", "list", "acme-webshop").output
    assert "The list was never read. `mirakl-sync carriers refresh acme-webshop` reads it." in told
    assert "acme: rules, 2 ways of shipping, 4 carriers" in run("carriers", "refresh").output
    assert "There is no connection 'nowhere'." in run("carriers", "list", "nowhere", code=1).stderr


def test_the_list_says_who_needs_a_number_and_what_is_mapped(floor: Floor, run: Run) -> None:
    run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS")
    run("carriers", "map", "acme-webshop", "La Poste", "COL", "--country", "FR")
    found = {each["code"]: each for each in floor.told("carriers", "list", "acme-webshop")["carriers"]}
    assert {code: each["needs_number"] for code, each in found.items()} == {
        "UPS": True, "DHL": True, "COL": True, "PICKUP": False,
    }  # fmt: skip
    assert [each["made_by"] for each in found["UPS"]["mapped"]] == ["ann"]
    told = run("carriers", "list", "acme-webshop")
    assert "Brown Trucks" in told.stdout
    assert "La Poste to FR" in told.stdout
    assert "Acme takes " in told.stderr


def test_carriers_that_left_the_list_are_shown_and_no_longer_mean_anything(floor: Floor, acme: World, run: Run) -> None:
    run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS")
    assert "No carrier left the list." in run("carriers", "list", "acme-webshop", "--gone").output
    acme.market.post("carriers", {"carriers": [{"code": "DHL", "label": "DHL Paket"}]})
    run("carriers", "refresh", "acme-webshop")
    gone = floor.told("carriers", "list", "acme-webshop", "--gone")["carriers"]
    assert {each["code"]: [name["gone"] for name in each["mapped"]] for each in gone} == {
        "UPS": [True], "COL": [], "PICKUP": [],
    }  # fmt: skip
    assert "Acme lists no carrier 'UPS'." in run("carriers", "map", "acme-webshop", "x", "UPS", code=1).stderr


def test_names_that_wait_come_with_what_they_could_be(floor: Floor, waiting: list[str], run: Run) -> None:
    (name,) = floor.told("carriers", "unmapped")
    assert (name["name"], name["parcels"], name["refused"]) == ("BROWN-TRUCKS", 2, False)
    assert set(name["countries"]) == {floor.parcel(order_id)["country"] for order_id in waiting}
    assert [each["code"] for each in name["by_numbers"]] == ["UPS"]
    assert name["command"] == "mirakl-sync carriers map acme-webshop BROWN-TRUCKS UPS"
    told = run("carriers", "unmapped", "--connection", "acme-webshop").output
    assert "  → mirakl-sync carriers map acme-webshop BROWN-TRUCKS UPS" in told


def test_when_no_name_waits_it_is_said(floor: Floor, run: Run) -> None:
    del floor
    assert "No parcel waits for a carrier's name" in run("carriers", "unmapped").output


def test_a_dry_run_says_how_many_would_go_on_and_writes_nothing(
    floor: Floor, acme: World, waiting: list[str], run: Run
) -> None:
    told = run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS", "--dry-run").output
    assert "2 parcels go on" in told
    assert "Nothing was written" in told
    assert len(floor.told("carriers", "unmapped")) == 1
    assert [acme.their_order(order_id)["state"] for order_id in waiting] == ["SHIPPING", "SHIPPING"]


def test_mapping_lets_every_parcel_go_on_at_once(floor: Floor, acme: World, waiting: list[str], run: Run) -> None:
    told = run("carriers", "map", "acme-webshop", "brown trucks", "UPS").output
    assert "The carrier “brown trucks” is UPS; 2 parcels go on." in told
    assert [acme.their_order(order_id)["state"] for order_id in waiting] == ["SHIPPED", "SHIPPED"]
    assert floor.told("carriers", "unmapped") == []
    assert ("ann", "the carrier “brown trucks” is UPS") in [
        (entry["who"], entry["sentence"]) for entry in floor.parcel(waiting[0])["timeline"]
    ]


def test_mapping_with_enqueue_leaves_the_telling_to_the_workers(
    floor: Floor, acme: World, waiting: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    del floor
    bells = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: bells)
    assert (
        "Rang the workers for 2 parcels."
        in run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS", "--enqueue").output
    )
    assert [(wake.task, len(wake.args)) for wake in bells.sent] == [("shipments.advance", 2)]
    assert acme.their_order(waiting[0])["state"] == "SHIPPING"


def test_a_carrier_told_by_its_name_where_the_operator_takes_such(
    floor: Floor, acme: World, waiting: list[str], run: Run
) -> None:
    strict = run("carriers", "map", "acme-webshop", "Brown Trucks", "--by-name", "Brown Ltd", code=None)
    if strict.exit_code:
        assert "takes only carriers of its own list" in strict.stderr
        acme.market.post("settings", {"disable_seller_alternative_carrier": False})
        run("carriers", "refresh")
        run(
            "carriers",
            "map",
            "acme-webshop",
            "Brown Trucks",
            "--by-name",
            "Brown Ltd",
            "--url",
            "https://b.example/{trackingId}",
        )
    shown = floor.told("carriers", "list", "acme-webshop")["by_name"]
    assert [(each["carrier_name"], each["name"]) for each in shown] == [("Brown Ltd", "Brown Trucks")]
    assert acme.their_order(waiting[0])["trackings"][-1]["carrier_name"] == "Brown Ltd"


def test_what_was_told_under_a_wrong_meaning_is_corrected_where_that_is_wanted(
    floor: Floor, acme: World, run: Run
) -> None:
    run("carriers", "map", "acme-webshop", "Brown Trucks", "DHL")
    order_id = floor.placed()
    floor.ship(order_id, carrier="Brown Trucks", number="00340434161094042557")
    run("shipments", "look")
    run("carriers", "map", "acme-webshop", "Brown Trucks", "COL")
    assert acme.their_order(order_id)["trackings"][-1]["carrier_code"] == "DHL"
    told = run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS", "--correct-told").output
    assert "(before: COL); 1 parcel goes on." in told


def test_a_mapping_is_taken_back(floor: Floor, run: Run) -> None:
    run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS")
    assert "is no longer UPS." in run("carriers", "unmap", "acme-webshop", "BROWN trucks").output
    assert "has no mapping for" in run("carriers", "unmap", "acme-webshop", "Brown Trucks", code=1).stderr
    assert floor.told("carriers", "list", "acme-webshop")["by_name"] == []


def test_wrong_usage_is_one_sentence(floor: Floor, run: Run) -> None:
    del floor
    assert "one of the two" in run("carriers", "map", "acme-webshop", "x", code=2).stderr
    assert "one of the two" in run("carriers", "map", "acme-webshop", "x", "UPS", "--by-name", "y", code=2).stderr
    assert "--url goes with" in run("carriers", "map", "acme-webshop", "x", "UPS", "--url", "https://x", code=2).stderr
    told = run("carriers", "map", "acme-webshop", "x", "ups", code=1).stderr
    assert "Acme lists no carrier 'ups'.\nDid you mean UPS?" in told
    assert "is no country" in run("carriers", "map", "acme-webshop", "x", "UPS", "--country", "fra", code=1).stderr


def test_an_exported_file_says_what_is_mapped_and_imported_changes_nothing(floor: Floor, run: Run, file: Path) -> None:
    del floor
    empty = run("carriers", "export")
    assert (empty.stdout, "Nobody has mapped" in empty.stderr) == (HEAD, True)
    run("carriers", "map", "acme-webshop", 'Brown, "Trucks"', "UPS")
    run("carriers", "map", "acme-webshop", 'Brown, "Trucks"', "COL", "--country", "FR")
    out = run("carriers", "export", "--connection", "acme-webshop").stdout
    assert [(row["country"], row["carrier_code"]) for row in csv.DictReader(io.StringIO(out))] == [
        ("", "UPS"), ("FR", "COL"),
    ]  # fmt: skip
    file.write_text(out, "utf-8")
    assert "0 mappings differ, 2 are said already, 0 lines are bad" in run("carriers", "import", str(file)).output
    assert run("carriers", "export").stdout == out


def test_a_file_is_compared_first_and_written_with_consent(
    floor: Floor, acme: World, waiting: list[str], run: Run, file: Path
) -> None:
    run("carriers", "map", "acme-webshop", "Yellow Vans", "COL")
    # as a spreadsheet of many countries saves it
    file.write_text(
        "\ufeffName;connection;carrier_code\nBrown Trucks;acme-webshop;UPS\n\nyellow vans;acme-webshop;DHL\n", "utf-8"
    )
    dry = run("carriers", "import", str(file), "--dry-run").output
    assert "acme-webshop: Brown Trucks: new, UPS" in dry
    assert "acme-webshop: yellow vans: COL → DHL" in dry
    assert "2 mappings differ, 0 are said already, 0 lines are bad; 2 parcels would go on." in dry
    assert "There is nobody to ask here" in run("carriers", "import", str(file), code=2).stderr
    assert acme.their_order(waiting[0])["state"] == "SHIPPING"
    told = run("carriers", "import", str(file), "--yes").output
    assert "2 mappings written; 2 parcels go on." in told
    assert [acme.their_order(order_id)["state"] for order_id in waiting] == ["SHIPPED", "SHIPPED"]


def _rules(acme: World, **facts: bool) -> None:
    """The operator's rules (PC01) as they were read."""
    with acme.wiring.db.transaction() as tx:
        market = by_key(tx, Marketplace, "acme")
        market.facts = {**market.facts, **facts}


BAD = [
    ("acme-webshop,x,,NOPE,,", "Acme lists no carrier 'NOPE'."),
    ("acme-webshop,x,,,,", "one of the two"),
    ("acme-webshop,x,France,UPS,,", "'France' is no country."),
    ("nowhere,x,,UPS,,", "There is no connection 'nowhere'."),
    (",x,,UPS,,", "it names no connection"),
    ("acme-webshop,x,,UPS", "it has 4 columns, not 6"),
    ("acme-webshop,good,,UPS,,", "line 2 says the same name already"),
    ("acme-webshop," + "x" * 201 + ",,UPS,,", "its name is longer than 200 characters"),
    ("acme-webshop,x,,UPS,,https://x.example", "leave tracking_url empty"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_a_bad_line_is_told_with_its_number_and_stops_no_other(
    floor: Floor, run: Run, file: Path, line: str, why: str
) -> None:
    file.write_text(f"{HEAD}acme-webshop,Good,,UPS,,\n{line}\nacme-webshop,Also,,DHL,,\n", "utf-8")
    refused = run("carriers", "import", str(file), "--yes", code=1)
    assert f"Line 3: {why}" in refused.stderr or (refused.stderr.startswith("Line 3: ") and why in refused.stderr)
    assert "Nothing was written." in refused.stderr
    assert run("carriers", "export").stdout == HEAD
    run("carriers", "import", str(file), "--yes", "--skip-bad", code=1)
    assert [row["name"] for row in csv.DictReader(io.StringIO(run("carriers", "export").stdout))] == ["Also", "Good"]
    del floor


@pytest.mark.parametrize("text", ["", "name,code\nx,UPS\n", "connection,name,name\n", "connection,carrier_code\n"])
def test_a_file_without_the_columns_names_is_refused(floor: Floor, run: Run, file: Path, text: str) -> None:
    del floor
    file.write_text(text, "utf-8")
    assert "It begins with connection,name,country" in run("carriers", "import", str(file), code=1).stderr


def test_a_file_that_is_no_utf_8_is_refused(floor: Floor, run: Run, file: Path) -> None:
    del floor
    file.write_bytes(HEAD.encode() + "acme-webshop,Päckchen,,UPS,,\n".encode("latin-1"))
    assert "Save it as CSV UTF-8." in run("carriers", "import", str(file), code=1).stderr


@pytest.mark.parametrize(
    "carrier",
    [{"code": "BT", "label": "Brown Trucks"}, {"code": "UPS", "label": "Brown Trucks"}],
    ids=["added", "renamed"],
)
def test_a_carrier_that_comes_onto_the_list_lets_its_parcels_go_on_and_closes_their_question(
    floor: Floor, acme: World, waiting: list[str], run: Run, carrier: dict[str, str]
) -> None:
    acme.market.post("carriers", {"carriers": [{"code": "DHL", "label": "DHL Paket"}, carrier]})
    run("carriers", "refresh")
    flow.ring_due(acme.wiring)
    acme.work()
    assert [acme.their_order(order_id)["trackings"][-1]["carrier_code"] for order_id in waiting] == [
        carrier["code"]
    ] * 2
    assert floor.told("carriers", "unmapped") == []
    assert floor.told("inbox", "list", "--closed")["rows"][0]["closed_by"] == "by itself"


def test_a_list_that_did_not_change_disturbs_nobody(floor: Floor, acme: World, waiting: list[str], run: Run) -> None:
    del waiting
    run("carriers", "refresh")
    assert flow.ring_due(acme.wiring).rung == 0
    assert floor.told("carriers", "unmapped")[0]["parcels"] == 2


def test_a_marketplaces_limit_is_told(floor: Floor, acme: World, run: Run) -> None:
    del floor
    with acme.wiring.db.transaction() as tx:
        # as published: SH21 once a day
        by_key(tx, Marketplace, "acme").rules = {"window": {"hours": 24}}
    run("carriers", "refresh", code=None)
    told = run("carriers", "refresh", code=1).output
    assert re.search(r"acme: .*SH21 may be called again in 2[34] h \d+ min", told)
