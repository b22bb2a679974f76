"""What the planner plans and what is on its way, read over HTTP from an account with every trap we know of."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.errors import MiraklSyncError, Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.platforms.inventory_planner import answers, figures, schemas
from mirakl_sync.platforms.inventory_planner.client import Pace, PlannerClient
from mirakl_sync.platforms.inventory_planner.settings import read_settings
from mirakl_sync.records.planning import Feed, Incoming, Planned, StockRow, VariantRow
from mirakl_sync.sandbox.inventory_planner.catalogue import generate, seed
from mirakl_sync.sandbox.inventory_planner.purchase_orders import item_of, make_order, receive
from mirakl_sync.sandbox.trouble import Rule
from tests.contracts import SHARED
from tests.platforms.inventory_planner.conftest import Account

IS_OURS = {"c1_A", "c1_B"}.__contains__


def order(account: Account, status: str = "open", **header: Any) -> Any:
    """A purchase order for sixty mugs."""
    planner = account.planner
    mug = next(one for one in planner.store.variants.values() if one.first.sku == "MUG")
    sent = {"vendor": "Fabric Ltd", "warehouse": "c23867_WH-1", "status": status, "reference": "PO-7", **header}
    made = make_order(planner, sent, [item_of(planner, mug, 60)])
    planner.count_incoming()
    return made


def place(**metrics: Any) -> dict[str, Any]:
    return {"warehouse": "c1_A", **metrics}


def variant(*places: dict[str, Any], sku: str | None = "MUG", **more: Any) -> schemas.Variant:
    read: schemas.Variant = schemas.read(
        schemas.VARIANT, {"id": "5f1c", "sku": sku, "warehouse": list(places), **more}, "variant"
    )
    return read


def test_every_sku_is_told_once_over_all_pages_and_removed_ones_never(account: Account):
    generate(account.planner, {"count": 23})
    seed(account.planner, {"sku": "OLD", "title": "Old", "price": "1", "quantity": 1})
    next(one for one in account.planner.store.variants.values() if one.first.sku == "OLD").first.removed = True
    account.planner.recalculate()

    told = list(account.open(page=4).planned())

    assert len(told) == len({each.sku for each in told}) == 25
    assert next(each for each in told if each.sku == "MUG").in_stock == 42
    assert "OLD" not in {each.sku for each in told}


def test_only_the_skus_asked_for_are_told_also_with_a_comma(account: Account):
    seed(account.planner, {"sku": "A,B", "title": "Two", "price": "1", "quantity": 3})
    account.planner.recalculate()

    told = account.open().planned(["TEE", "A,B", "UNKNOWN"])

    assert {each.sku: each.in_stock for each in told} == {"TEE": 5, "A,B": 3}


def test_goods_on_their_way_are_those_of_orders_that_are_neither_drafts_nor_over(account: Account):
    coming = order(account, expected_date="2026-12-15")
    receive(account.planner, coming, coming.items[0], 10)
    account.planner.settings.statuses += ("At Sea",)
    at_sea = order(account, "At Sea", reference="PO-8")
    for status in ("draft", "closed", "cancelled"):
        order(account, status)

    told = list(account.open(page=1).incoming())

    assert told == [
        Incoming("MUG", 50, date(2026, 12, 15), coming.id, "PO-7"),
        Incoming("MUG", 60, None, at_sea.id, "PO-8"),
    ]
    assert next(iter(account.open().planned(["MUG"]))).incoming == 110


@pytest.mark.parametrize("style", ["rfc822", "iso"])
def test_both_styles_of_dates_name_the_day(make_account: Callable[..., Account], style: str):
    account = make_account(dates=style)
    order(account, expected_date="2026-12-15")

    assert [each.expected_on for each in account.open().incoming()] == [date(2026, 12, 15)]


@pytest.mark.parametrize(
    ("changed", "coming"),
    [
        ({}, True),
        ({"status": "OPEN"}, True),
        ({"status": "at sea"}, True),
        ({"status": None}, True),
        ({"status": " Cancelled "}, False),
        ({"status": "Draft"}, False),
        ({"type": "assembly"}, False),
        ({"type": "transfer", "source_warehouse": "c9_X"}, True),
        ({"type": "transfer", "source_warehouse": "c1_B"}, False),
        ({"warehouse": "c9_X"}, False),
        ({"warehouse": ""}, True),
    ],
)
def test_an_order_brings_goods_to_us_or_not(changed: dict[str, Any], coming: bool):
    row = {"id": 5, "status": "open", "type": "po", "warehouse": "c1_A", "new": {"field": 1}, **changed}
    read = schemas.read(schemas.ORDER, row, "order")

    assert figures.is_coming(read, IS_OURS, read_settings({}).over) is coming


def test_a_status_of_the_accounts_own_may_be_named_as_over():
    read = schemas.read(schemas.ORDER, {"id": "1", "status": "Entwurf"}, "order")

    assert not figures.is_coming(read, IS_OURS, read_settings({"not_coming": "entwurf, closed"}).over)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([place(in_stock=4, last_7_days_sales=2)], Planned("MUG", in_stock=4, sold_7=2)),
        ([place(in_stock=4), place(in_stock=-1)], Planned("MUG", in_stock=3)),
        ([place(in_stock=4), place(in_stock=None)], Planned("MUG")),
        ([place(in_stock=4), place()], Planned("MUG")),
        ([place(in_stock="many")], Planned("MUG")),
        ([place(in_stock=0)], Planned("MUG", in_stock=0)),
        ([place(in_stock=4), {"warehouse": "c9_X", "in_stock": 9}], Planned("MUG", in_stock=4)),
        ([place(oos=61.7), {"warehouse": "c1_B", "oos": 12}], Planned("MUG", days_left=12)),
        ([place(to_order=7.0, purchase_orders_qty=100)], Planned("MUG", to_order=7, incoming=100)),
        ([], Planned("MUG")),
    ],
)
def test_figures_are_summed_over_our_warehouses_and_unknown_stays_unknown(places: Any, told: Planned):
    assert list(figures.planned([variant(*places)], IS_OURS)) == [told]


def test_a_sku_may_stand_in_its_connection_only_and_two_variants_of_one_are_one():
    here = variant(place(in_stock=1), sku=None, connections=[{"sku": "MUG", "removed": False, "vendors": []}])
    there = variant({"warehouse": "c1_B", "in_stock": 2})

    assert list(figures.planned([here, there, variant(sku=None)], IS_OURS)) == [Planned("MUG", in_stock=3)]


@pytest.mark.parametrize("odd", [["c1_A"], "all", {"c1_A": {}}, [{"in_stock": 4}], None])
def test_warehouses_that_come_as_bare_ids_tell_nothing(odd: Any):
    row = {"id": 7, "sku": 1001, "removed": "maybe", "connections": ["x", {"sku": None}], "warehouse": odd}

    assert list(figures.planned([schemas.read(schemas.VARIANT, row, "variant")], IS_OURS)) == [Planned("1001")]


def test_a_removed_variant_that_is_shown_all_the_same_is_left_out():
    assert list(figures.planned([variant(place(in_stock=4), removed=True)], IS_OURS)) == []


def test_what_comes_whole_or_more_than_ordered_is_not_on_its_way():
    rows = [("A", 5, 5), ("A", 5, 2), ("A", 4, 0), ("B", 3, 7), ("", 3, 0), ("C", None, None)]
    items = [
        schemas.read(schemas.ITEM, {"id": n, "sku": sku, "replenishment": ordered, "received": came}, "item")
        for n, (sku, ordered, came) in enumerate(rows)
    ]

    assert figures.incoming(schemas.PurchaseOrder("9"), items) == [Incoming("A", 7, None, "9")]


# trouble


@pytest.mark.parametrize(
    ("login", "settings"),
    [({"api_key": "wrong"}, {}), ({"account": "a99999"}, {}), ({}, {"refuse_with": 403}), ({}, {"lost_rights": True})],
)
def test_a_key_that_is_not_accepted_is_somebodys_to_mend(
    make_account: Callable[..., Account], login: dict[str, str], settings: dict[str, Any]
):
    account = make_account(**settings)
    door = account.open(login=login or ({"api_key": "wrong"} if "refuse_with" in settings else {}))

    with pytest.raises(Misconfigured, match="does not accept the key or the account") as refused:
        list(door.planned())

    assert "service user" in refused.value.way_out


def test_a_page_instead_of_data_is_an_outage(make_account: Callable[..., Account]):
    with pytest.raises(Unavailable):
        list(make_account(maintenance=True).open().planned())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, "<html>blocked</html>", Unavailable),
        (404, {"result": {"status": "error", "message": "Not found"}}, Refused),
        (400, {"result": {"status": "error", "message": "page must be a number"}}, Refused),
        (401, {}, Misconfigured),
        (429, {}, type(None)),
    ],
)
def test_refusals_are_sorted_by_who_moves_next(status: int, body: Any, kind: type[Any]):
    parsed = body if isinstance(body, dict) else None

    error = answers.interpret(Operation("inventory_planner.variants"), Answer(status, {}, b"", parsed))

    assert type(error) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"result": {"status": "error", "message": "Bad filter"}}, Refused),
        ({"result": {"status": "success"}}, Unreadable),
        ([], Unreadable),
        ({"variants": {"id": 1}}, Unreadable),
    ],
)
def test_an_envelope_is_looked_into_whatever_the_status_said(body: Any, kind: type[MiraklSyncError]):
    with pytest.raises(kind):
        answers.rows_of("variants", body)


def test_a_short_wait_is_waited_out_and_a_long_one_is_handed_on(account: Account):
    account.planner.trouble.replace([Rule("fail", status=429, match="variants.list", times=1, retry_after=1)])
    assert len(list(account.open().planned())) == 2
    assert account.waits == [1.0]

    account.planner.trouble.replace([Rule("fail", status=429, match="variants.list", times=1, retry_after=30)])
    with pytest.raises(RateLimited) as spent:
        list(account.open().planned())
    assert spent.value.after == 30


def test_calls_keep_their_distance(account: Account):
    generate(account.planner, {"count": 3})
    account.planner.recalculate()

    list(account.open(page=1, every=10).planned())

    assert len(account.waits) == 4
    assert all(9 < wait - 10 * number < 11 for number, wait in enumerate(account.waits))


class Pages:
    """A transport that answers these bodies, one after the other."""

    def __init__(self, *bodies: Any) -> None:
        self.bodies, self.asked = list(bodies), []

    def call(self, operation: Operation, method: str, path: str, **more: Any) -> Answer:
        self.asked.append((operation.code, method, path, more["params"], more["headers"]))
        return Answer(200, {}, b"", self.bodies.pop(0))


def page(ids: str, **meta: Any) -> dict[str, Any]:
    return {"variants": [{"id": each, "sku": each} for each in ids], "meta": meta}


def walk(*bodies: Any) -> tuple[str, Pages]:
    pages = Pages(*bodies)
    client = PlannerClient(pages, "a1", Pace(0, lambda: 0.0, lambda _: None), 3)  # type: ignore[arg-type]  # one call of it
    return "".join(each.sku or "" for each in client.variants()), pages


@pytest.mark.parametrize(
    "bodies",
    [
        # the last page is short, or full, or empty; totals or none; rows that moved down are told once
        [page("abc", total=5, start=0), page("de", total=5, start=3)],
        [page("abc"), page("de")],
        [page("abc", total=6), page("cde", total=6, start=3)],
        [page("abc", total=8, start=0), page("de", total=8, start=3), page("", total=8)],
        [page("abc", total="5", start="0"), page("de", total="5", start="3")],
        # it allows two rows to a page only
        [page("ab", limit=2), page("cd", limit=2), page("e", limit=2)],
    ],
)
def test_pages_are_walked_to_their_end(bodies: list[Any]):
    told, pages = walk(*bodies)

    assert told == "abcde"
    assert [each[3]["page"] for each in pages.asked] == list(range(len(bodies)))
    assert pages.bodies == []


def test_rows_that_went_while_we_read_end_the_reading():
    with pytest.raises(Unavailable, match="became fewer"):
        walk(page("abc", total=7, start=0), page("ef", total=6, start=3))


def test_a_page_that_comes_again_and_again_ends_the_reading():
    with pytest.raises(Unreadable, match="the same page"):
        walk(page("abc"), page("abc"))


def test_our_calls_are_those_of_the_description():
    where = SHARED / "contracts" / "inventory-planner-api-v1-unofficial.json"
    if not where.is_file():
        pytest.skip(f"{where.name} is not here")
    told = json.loads(where.read_text("utf-8"))
    _, pages = walk(page("a", total=1))
    (code, method, path, params, headers) = pages.asked[0]

    (operation,) = [told["paths"][each][method.lower()] for each in told["paths"] if each.endswith(path)]
    assert code == "inventory_planner.variants"
    assert headers == {"Account": "a1", "Accept": "application/json"}
    assert {"page", "limit", "fields"} <= set(params)
    assert operation["responses"]["200"]


# settings and check


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"way": "both"}, "way cannot be 'both'"),
        ({"colour": "red"}, "has no setting colour"),
        ({"page": 5000}, "page cannot be 5000"),
        ({"every": -1}, "every cannot be -1"),
        ({"sftp_port": 0}, "sftp_port cannot be 0"),
        ({"sftp_folders": {"orders": "x"}}, "sftp_folders cannot name orders"),
    ],
)
def test_a_setting_that_cannot_be_is_named(given: dict[str, Any], words: str):
    with pytest.raises(Misconfigured, match=words) as refused:
        read_settings(given)

    assert refused.value.way_out


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ({}, ["c1_WH-1", "c2_shop", "c1_ip"]),
        ({"way": "starter_csv", "warehouse": "WH-1"}, ["c1_WH-1", "c2_shop", "c1_ip"]),
        ({"way": "advanced_csv"}, ["c1_ip"]),
        ({"way": "advanced_csv", "warehouse": "WH-1", "warehouses": {"Paris": "ip"}}, ["c1_WH-1", "c1_ip"]),
        ({"way": "advanced_csv", "warehouse": "WH-1", "warehouse_ids": "c2_shop, c9_x"}, ["c2_shop"]),
    ],
)
def test_our_warehouses_are_those_named_or_those_the_files_name(given: dict[str, Any], ours: list[str]):
    is_ours = read_settings(given).is_ours("ip")

    assert [each for each in ("c1_WH-1", "c2_shop", "c1_ip") if is_ours(each)] == ours


def test_a_sound_account_has_nothing_to_complain_of(account: Account):
    found = account.open().check()

    assert [each.sentence for each in found if not each.ok] == []
    assert {each.subject for each in found} == {"key", "warehouses", "way", "file server", "clock"}


@pytest.mark.parametrize(
    ("settings", "login", "subject", "blocking"),
    [
        ({}, {"api_key": "wrong"}, "key", True),
        ({}, {"sftp_password": "wrong"}, "file server", True),
        ({"sftp_host_key": ""}, {}, "file server", True),
        ({"sftp_folders": {"sales": "nowhere"}}, {}, "file server", True),
        ({"warehouse": "WH-9"}, {}, "warehouses", False),
        ({"native_connections": "shopify"}, {}, "way", False),
    ],
)
def test_the_check_says_what_is_wrong_and_what_to_do(
    account: Account, settings: dict[str, Any], login: dict[str, str], subject: str, blocking: bool
):
    wrong = [each for each in account.open(login=login, **settings).check() if not each.ok]

    assert [(each.subject, each.blocking) for each in wrong] == [(subject, blocking)]
    assert wrong[0].way_out


def test_several_connections_of_one_account_are_pointed_at(make_account: Callable[..., Account]):
    account = make_account(native_shopify=("main",))
    planner, at = account.open(), account.planner.clock.now()
    for feed, row in (
        (Feed.VARIANTS, VariantRow("CAP", "Cap", Decimal(5), at, at)),
        (Feed.STOCK, StockRow("CAP", "WH-1", 2, at)),
    ):
        planner.bring(feed, planner.file_name(feed, 1, at), planner.write(feed, [row]))
    account.night()

    wrong = [each.sentence for each in planner.check() if not each.ok]

    assert len(wrong) == 1
    assert "every sale counts twice" in wrong[0]


def test_clocks_that_are_far_apart_are_told(account: Account):
    door = account.open()
    moved = account.planner.clock.now() + timedelta(hours=2)
    door._clock = lambda: moved

    assert [each.subject for each in door.check() if not each.ok] == ["clock"]


@pytest.mark.parametrize("missing", ["api_key", "account"])
def test_without_a_credential_nothing_is_opened(account: Account, missing: str):
    with pytest.raises(Misconfigured, match="no api_key or no account"):
        account.open(login={missing: " "})


def test_read_only_a_file_server_is_not_asked_for(account: Account):
    found = account.open(way="native", sftp_host="", sftp_host_key="").check()

    assert all(each.ok for each in found)
    assert {each.subject for each in found} == {"key", "warehouses", "way"}
