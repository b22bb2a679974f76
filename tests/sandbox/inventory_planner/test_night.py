"""The nightly batch: what it reads, what it silently leaves, and what variants show afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.inventory_planner.conftest import NOW, SALES, STOCK, VARIANT, Client


def demand(client: Client, sku: str = "MUG") -> float:
    return client.books()["demand"].get(sku, {"total": 0})["total"]


def test_nothing_changes_before_the_night_and_sales_move_the_forecast_after_it(client: Client) -> None:
    at = client.control("clock")["now"][:19]
    client.put("sales_order", "a.csv", SALES, f"L1,O1,MUG,WH-1,EUR,30,20.00,{at},false,{at},R1,Shop A,false")
    assert client.row("MUG")["last_7_days_sales"] == 0
    client.night()
    row = client.row("MUG")
    wanted = {"last_7_days_sales": 30, "last_30_days_sales": 30, "last_7_days_revenue": 600, "in_stock": 42}
    assert {name: row[name] for name in wanted} == wanted
    assert row["replenishment"] == row["to_order"] == 60 - 42
    assert row["oos"] == 42
    assert row["forecast_description"]["sales_velocity30"] == 30


def test_the_same_sale_under_two_ids_doubles_the_demand_and_under_one_it_does_not(client: Client) -> None:
    client.sell("L1 O1 MUG 30 R1")
    client.sell("L1 O1 MUG 30 R1", name="again.csv")
    assert (demand(client), client.row("MUG")["replenishment"]) == (30, 18)
    client.sell("L1x O1x MUG 30 R1", name="other.csv")
    assert (demand(client), client.row("MUG")["replenishment"]) == (60, 78)
    assert client.books()["totals"]["counted_twice"] == 1


def test_the_order_is_id_and_the_line_is_order_id(client: Client) -> None:
    client.sell("L1 O1 MUG 1", "L2 O1 TEE 2")
    assert {(sale["order"], sale["line"], sale["sku"]) for sale in client.books()["sales"]} == {
        ("O1", "L1", "MUG"),
        ("O1", "L2", "TEE"),
    }


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (["L1 O1 MUG 3", "L2 O1 MUG -1"], 2),
        (["L1 O1 MUG 3", "L1 O1 MUG 3 R1 true"], 0),
        (["L1 O1 MUG 3", "L1 O1 MUG 3 R1 false true"], 0),
        (["L1 O1 MUG 3", "L1 O1 MUG 5"], 5),
        (["L1 O1 MUG 3", "L1 O1 TEE 3"], 0),
    ],
    ids=["return", "cancelled", "removed", "changed", "another article"],
)
def test_what_is_sent_again_replaces_what_was_sent(client: Client, rows: list[str], left: int) -> None:
    client.sell(rows[0], name="a.csv")
    client.sell(rows[1], name="b.csv")
    assert demand(client) == left
    assert client.row("MUG")["last_30_days_sales"] == left


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (STOCK.replace(",UPDATED_AT", ""), "missing column UPDATED_AT"),
        (f"{STOCK},COLOUR", "unsupported column 'COLOUR'"),
        (STOCK.lower(), "unsupported column"),
        (f"\ufeff{STOCK}", "unsupported column"),
        (f"{STOCK},IN_STOCK", "a column stands there twice"),
        ("", "unsupported column 'MUG'"),
    ],
    ids=["missing", "unsupported", "lower case", "byte order mark", "twice", "no header"],
)
def test_a_file_with_wrong_columns_is_left_and_nobody_is_told(client: Client, header: str, why: str) -> None:
    client.put("variant_warehouse", "a.csv", header, f"MUG,WH-1,7,false,{NOW}")
    client.night()
    assert client.row("MUG")["in_stock"] == 42
    file = client.books()["files"][0]
    assert (file["outcome"], file["applied"]) == ("skipped", 0)
    assert file["why"].startswith(why)


def test_an_entity_whose_columns_nobody_captured_is_left(client: Client) -> None:
    client.put("variant_vendor", "a.csv", "VARIANT_ID,VENDOR", "MUG,Fabric Ltd")
    assert client.night()["files"][0]["why"] == "the columns of this entity are not known to the sandbox"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"MUG,WH-1,many,false,{NOW}", "IN_STOCK: 'many' is not a number"),
        (f"MUG,WH-1,7,maybe,{NOW}", "REMOVED: 'maybe' is not true or false"),
        ("MUG,WH-1,7,false,yesterday", "UPDATED_AT: Invalid isoformat string"),
        (f"MUG,WH-1,,false,{NOW}", "IN_STOCK is empty"),
        (f"MUG,WH-1,7,false,{NOW},more", "6 fields instead of 5"),
        ("MUG,WH-1,7", "3 fields instead of 5"),
        (f"CUP,WH-1,7,false,{NOW}", "unknown variant 'CUP'"),
        (f"MUG,WH-9,7,false,{NOW}", "unknown warehouse 'WH-9'"),
        (f"{'M' * 257},WH-1,7,false,{NOW}", "VARIANT_ID: longer than 256 characters"),
    ],
)
def test_a_bad_row_is_left_and_the_others_are_read(client: Client, row: str, why: str) -> None:
    client.put("variant_warehouse", "a.csv", STOCK, row, f"TEE,WH-1,-3,false,{NOW}")
    client.night()
    file = client.books()["files"][0]
    assert (file["outcome"], file["rows"], file["applied"], file["refused"]) == ("accepted", 2, 1, 1)
    assert file["refusals"][0]["why"].startswith(why)
    assert client.row("TEE")["in_stock"] == -3


def test_files_are_read_oldest_first(client: Client) -> None:
    client.put("variant_warehouse", "z.csv", STOCK, f"MUG,WH-1,7,false,{NOW}")
    client.control("clock", {"advance": 60})
    client.put("variant_warehouse", "a.csv", STOCK, f"MUG,WH-1,9,false,{NOW}")
    assert [file["name"] for file in client.night()["files"]] == ["z.csv", "a.csv"]
    assert client.row("MUG")["in_stock"] == 9


def test_a_variant_may_come_in_the_same_night_as_what_was_sold_of_it(client: Client) -> None:
    client.put("sales_order", "a.csv", SALES, f"L1,O1,CUP,WH-1,EUR,2,9.00,{NOW},false,{NOW},R1,Shop A,false")
    client.put("variant", "b.csv", VARIANT, f"CUP,CUP-SKU,Cup,,CUP,9.00,{NOW},{NOW},false")
    client.night()
    assert demand(client, "CUP-SKU") == 2


def test_what_was_sold_of_an_unknown_variant_is_lost_for_good(client: Client) -> None:
    client.sell("L1 O1 CUP 2")
    client.put("variant", "b.csv", VARIANT, f"CUP,CUP,Cup,,CUP,9.00,{NOW},{NOW},false")
    client.night()
    assert (demand(client, "CUP"), client.books()["totals"]["rows_refused"]) == (0, 1)


def test_a_removed_variant_stays_and_says_so(client: Client) -> None:
    client.put("variant", "a.csv", VARIANT, f"MUG,MUG,Mug,,MUG,12.10,{NOW},{NOW},true")
    client.night()
    assert client.get("variants?sku=MUG&fields=removed")["variants"][0]["removed"] is True
    assert client.books()["totals"]["deletions"] == {"removed": 1}


def test_removed_stock_is_stock_of_nowhere(client: Client) -> None:
    client.put("variant_warehouse", "a.csv", STOCK, f"MUG,WH-1,42,true,{NOW}")
    client.night()
    assert client.get("variants?sku=MUG")["variants"][0]["warehouse"] == []


def test_a_zone_behind_a_time_is_thrown_away(client: Client) -> None:
    client.put("sales_order", "a.csv", SALES, f"L1,O1,MUG,WH-1,EUR,1,9.00,{NOW}+09:00,false,{NOW}Z,R1,Shop A,false")
    client.night()
    books = client.books()
    assert books["sales"][0]["created"] == f"{NOW}+00:00"
    assert books["files"][0]["zones_ignored"] == 2


def test_a_sku_that_changes_takes_its_sales_and_stock_along(client: Client) -> None:
    client.sell("L1 O1 MUG 3")
    client.put("variant", "a.csv", VARIANT, f"MUG,BIG-MUG,Mug,,MUG,12.10,{NOW},{NOW},false")
    client.night()
    assert client.get("variants?sku=MUG")["meta"]["total"] == 0
    assert (client.row("BIG-MUG")["in_stock"], demand(client, "BIG-MUG")) == (42, 3)


def test_a_file_that_comes_after_the_cut_off_waits_for_the_next_night(client: Client) -> None:
    client.control("settings", {"cutoff_seconds": 3600})
    client.put("variant_warehouse", "a.csv", STOCK, f"MUG,WH-1,7,false,{NOW}")
    assert client.night() == {"night": 1, "files": [], "too_late": 1}
    client.control("clock", {"advance": 3600})
    assert client.night()["files"][0]["name"] == "a.csv"


def test_nights_come_by_time_alone(make_client: Callable[..., Client]) -> None:
    client = make_client(night_every=86400)
    client.put("variant_warehouse", "a.csv", STOCK, f"MUG,WH-1,7,false,{NOW}")
    client.control("clock", {"advance": 86000})
    assert client.books()["totals"]["nights"] == 0
    client.control("clock", {"advance": 400})
    assert (client.books()["totals"]["nights"], client.row("MUG")["in_stock"]) == (1, 7)


def test_windows_end_and_only_a_night_sees_it(client: Client) -> None:
    client.sell("L1 O1 MUG 30")
    client.control("clock", {"advance": 31 * 86400})
    assert client.row("MUG")["last_30_days_sales"] == 30
    client.night()
    row: dict[str, Any] = client.row("MUG")
    assert (row["last_30_days_sales"], row["last_90_days_sales"], row["replenishment"]) == (0, 30, 0)


@pytest.mark.parametrize(
    ("windows", "ago", "counted"),
    [
        ("rolling", timedelta(minutes=1), True),
        ("rolling", timedelta(days=6, hours=23), True),
        ("rolling", timedelta(days=7, minutes=1), False),
        ("days", timedelta(minutes=1), False),
        ("days", timedelta(days=1), True),
        ("days", timedelta(days=7), True),
        ("days", timedelta(days=8), False),
    ],
)
def test_the_last_seven_days_are_one_thing_or_another(
    make_client: Callable[..., Client], windows: str, ago: timedelta, counted: bool
) -> None:
    client = make_client(windows=windows)
    now = client.planner.clock.now().replace(tzinfo=None)
    client.planner.clock.advance((now.replace(hour=12, minute=0) + timedelta(days=1) - now).total_seconds())
    at = (client.planner.clock.now() - ago).replace(tzinfo=None).isoformat(timespec="seconds")
    client.put("sales_order", "a.csv", SALES, f"L1,O1,MUG,WH-1,EUR,4,9.00,{at},false,{at},R1,Shop A,false")
    client.night()
    assert client.row("MUG")["last_7_days_sales"] == (4 if counted else 0)


def test_what_went_out_of_stock_and_came_back_is_history(client: Client) -> None:
    for name, pieces in (("a", 0), ("b", 0), ("c", 8)):
        client.put("variant_warehouse", f"{name}.csv", STOCK, f"MUG,WH-1,{pieces},false,{NOW}")
        client.night()
    variant = client.get("variants?sku=MUG")["variants"][0]
    assert [pieces for _, pieces in variant["stock_hist"]] == [42, 0, 8]
    assert [out for _, out in variant["stockouts_hist"]] == [1, 0]


def test_reset_keeps_the_catalogue_and_forgets_what_was_sold_and_sent(client: Client) -> None:
    client.sell("L1 O1 MUG 3")
    client.put("variant", "a.csv", VARIANT, f"CUP,CUP,Cup,,CUP,9.00,{NOW},{NOW},false")
    client.control("reset", {})
    books = client.books()
    assert [row["sku"] for row in client.get("variants")["variants"]] == ["MUG", "TEE"]
    assert (books["sales"], books["files"], books["drop"]["uploads"], books["drop"]["there"]) == ([], [], [], [])
    assert client.row("MUG")["in_stock"] == 42


def test_a_file_that_goes_between_looking_and_reading_leaves_the_night_whole(client: Client) -> None:
    drop = client.planner.drop
    assert drop
    client.put("variant", "gone.csv", VARIANT, f"CUP,CUP,Cup,,P1,9.00,{NOW},{NOW},false")
    client.put("variant", "kept.csv", VARIANT, f"JAR,JAR,Jar,,P2,9.00,{NOW},{NOW},false")
    seen = drop.waiting()
    seen[0].path.unlink()
    drop.removed(seen[0].path)
    drop.waiting = lambda: seen
    assert [file["name"] for file in client.night()["files"]] == ["kept.csv"]


def test_of_a_file_written_anew_between_looking_and_reading_the_new_one_counts_as_read(client: Client) -> None:
    drop = client.planner.drop
    assert drop
    client.put("variant", "cup.csv", VARIANT, f"CUP,CUP,Cup,,P1,9.00,{NOW},{NOW},false")
    seen = drop.waiting()
    client.put("variant", "cup.csv", VARIANT, f"CUP,CUP,Big cup,,P1,9.00,{NOW},{NOW},false")
    drop.waiting = lambda: seen
    client.night()
    assert [upload["fate"] for upload in drop.shown()["uploads"]] == ["overwritten", "read"]
