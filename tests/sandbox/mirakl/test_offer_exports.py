"""OF52, OF53, OF54: the directory of offers, whole or what has changed, as files."""

from __future__ import annotations

import csv
import io

import pytest

from mirakl_sync.sandbox.mirakl.settings import settings_from
from mirakl_sync.sandbox.mirakl.tenant import Tenant

ASK = "/api/offers/export/async"
NOW = "2026-11-18T09:06:40Z"


def ask(market, **sent):
    return market.call("POST", ASK, sent)


def status(market, tracking_id, **query):
    return market.get(f"{ASK}/status/{tracking_id}", **query).json


def files(market, **sent):
    """The answers to OF54 of one whole export."""
    tracking_id = ask(market, **sent).json["tracking_id"]
    market.advance(5)
    return [market.get(url) for url in status(market, tracking_id)["urls"]]


def rows(market, **sent):
    (file,) = files(market, **sent)
    return list(csv.DictReader(io.StringIO(file.text), delimiter=";"))


def skus(market, **sent):
    return sorted(row["shop-sku"] for row in rows(market, **sent))


def test_a_full_export_has_a_row_for_every_active_offer(market):
    market.push("SKU-1;0;;", "SKU-2;7;;")
    found = {row["shop-sku"]: row for row in rows(market)}
    assert sorted(found) == [f"SKU-{number}" for number in range(2, 9)]
    told = {
        name: found["SKU-2"][name] for name in ("offer-id", "product-sku", "quantity", "active", "deleted", "price")
    }
    assert told == {
        "offer-id": "2131",
        "product-sku": "P-SKU-2",
        "quantity": "7",
        "active": "true",
        "deleted": "false",
        "price": "19.90",
    }
    assert found["SKU-2"]["last-updated"] == "2026-11-18T09:06:41.500Z"
    assert found["SKU-3"]["last-updated"] == NOW


def test_inactive_offers_come_only_when_asked_for_and_deleted_ones_never(market):
    market.push("SKU-1;0;;")
    market.control("offers/delete", skus=["SKU-2"])
    full = {row["shop-sku"]: row["active"] for row in rows(market, include_inactive_offers=True)}
    assert full["SKU-1"] == "false"
    assert len(full) == 7


def test_a_differential_export_tells_what_changed_inactive_and_deleted_ones_too(market):
    market.advance(60)
    market.push("SKU-1;0;;", "SKU-2;50;;")
    market.control("offers/delete", skus=["SKU-3"])
    market.control("offers/deactivate", skus=["SKU-4"], reason="PRODUCT_DISABLED")
    market.control("portal/offers", sku="SKU-5", quantity=1)
    market.place(lines=[{"sku": "SKU-6", "quantity": 1}])
    found = {row["shop-sku"]: row for row in rows(market, last_request_date="2026-11-18T09:07:00Z")}
    assert sorted(found) == ["SKU-1", "SKU-3", "SKU-4", "SKU-5", "SKU-6"]
    flags = {sku: (row["quantity"], row["active"], row["deleted"]) for sku, row in found.items()}
    assert flags == {
        "SKU-1": ("0", "false", "false"),
        "SKU-3": ("", "false", "true"),
        "SKU-4": ("50", "false", "false"),
        "SKU-5": ("1", "true", "false"),
        "SKU-6": ("49", "true", "false"),
    }
    gone = {name for name, value in found["SKU-3"].items() if value}
    assert gone == {"offer-id", "product-sku", "shop-id", "shop-sku", "active", "deleted", "last-updated"}


def test_the_same_change_is_told_again_at_its_very_moment_and_not_after_it(market):
    market.advance(60)
    market.control("portal/offers", sku="SKU-1", quantity=1)
    assert skus(market, last_request_date="2026-11-18T09:07:40Z") == ["SKU-1"]
    assert skus(market, last_request_date="2026-11-18T09:07:40.001Z") == []


def test_a_file_shows_what_was_so_when_it_was_asked_for(market):
    tracking_id = ask(market, include_fields=["shop-sku", "quantity"]).json["tracking_id"]
    market.control("portal/offers", sku="SKU-1", quantity=1)
    market.advance(5)
    told = status(market, tracking_id)
    assert told["last_updated"] == "2026-11-18T09:06:42Z"
    assert "50;SKU-1\n" in market.get(told["urls"][0]).text


def test_only_the_columns_asked_for_and_under_other_names(market):
    (file,) = files(market, include_fields=["shop-sku", "quantity"], rename_fields={"shop-sku": "sku"})
    head, *found = csv.reader(io.StringIO(file.text), delimiter=";")
    assert sorted(head) == ["quantity", "sku"]
    assert len(found) == 8


def test_json_is_an_array_and_a_deleted_offer_has_no_quantity(market):
    market.control("offers/delete", skus=["SKU-1"])
    sent = {"export_type": "application/json", "last_request_date": NOW}
    (file,) = files(market, **sent, include_fields=["offer_id", "shop_sku", "quantity", "deleted"])
    assert file.mimetype == "application/json"
    found = {offer["shop_sku"]: offer for offer in file.json}
    assert found["SKU-1"] == {"offer_id": 2130, "shop_sku": "SKU-1", "deleted": True}
    assert found["SKU-2"] == {"offer_id": 2131, "shop_sku": "SKU-2", "deleted": False, "quantity": 50}


def test_warehouses_are_only_in_the_json_file(market_with):
    shops = [{"shop_id": 1, "warehouses": ["MAIN"], "offers": [{"sku": "A", "warehouses": {"MAIN": 4}}]}]
    market = market_with(shops=shops)
    (file,) = files(market, export_type="application/json")
    assert (file.json[0]["quantity"], file.json[0]["warehouses"]) == (4, [{"code": "MAIN", "quantity": 4}])
    assert "warehouses" not in rows(market)[0]


@pytest.mark.parametrize(("kind", "suffix"), [("text/csv", "csv"), ("application/json", "json")])
def test_many_offers_come_in_several_files(market_with, kind, suffix):
    shops = [{"shop_id": 1, "offers": [{"generate": 25, "prefix": "G", "quantity": 3}]}]
    market = market_with(shops=shops, export_chunk_minimum=10)
    found = files(market, export_type=kind, items_per_chunk=10)
    if suffix == "json":
        sizes = [len(file.json) for file in found]
    else:
        sizes = [len(file.text.splitlines()) - 1 for file in found]
    assert sizes == [10, 10, 5]


def test_an_export_of_nothing_is_one_file_without_rows(market):
    assert rows(market, last_request_date="2027-01-01T00:00:00Z") == []
    (file,) = files(market, last_request_date="2027-01-01T00:00:00Z", export_type="application/json")
    assert file.json == []
    assert rows(market, channel_codes=["MOON"]) == []
    assert len(rows(market, channel_codes=["MOON", "FR"])) == 8


@pytest.mark.parametrize(
    "sent",
    [
        {"last_request_date": NOW, "include_inactive_offers": True},
        {"last_request_date": NOW, "include_inactive_offers": False},
        {"last_request_date": "yesterday"},
        {"last_request_date": 5},
        {"export_type": "text/xml"},
        {"export_type": "application/json", "rename_fields": {"quantity": "stock"}},
        {"export_type": "application/json", "include_fields": ["shop-sku"]},
        {"include_fields": ["shop_sku"]},
        {"rename_fields": {"stock": "quantity"}},
        {"items_per_chunk": 9_999},
        {"items_per_chunk": 1_000_001},
        {"megabytes_per_chunk": 1001},
        {"offer_ids": [1]},
    ],
)
def test_nonsense_is_400(market, sent):
    assert ask(market, **sent).status_code == 400


def test_no_body_at_all_is_a_full_export(market):
    assert market.call("POST", ASK).status_code == 200


def test_asking_the_same_while_it_is_written_answers_the_same_export(market):
    first = ask(market, include_fields=["shop-sku"]).json
    assert ask(market, include_fields=["shop-sku"]).json == first
    assert ask(market, include_fields=["quantity"]).json != first
    assert status(market, first["tracking_id"])["status"] == "PENDING"
    market.advance(2)
    assert status(market, first["tracking_id"])["status"] == "COMPLETED"
    assert ask(market, include_fields=["shop-sku"]).json != first


def test_an_export_that_fails_says_why_and_has_no_file(market):
    market.control("exports/fail_next", code="TOO_BIG", detail="Try a smaller one")
    tracking_id = ask(market).json["tracking_id"]
    market.advance(5)
    told = status(market, tracking_id)
    assert (told["status"], told["error"]) == ("FAILED", {"code": "TOO_BIG", "detail": "Try a smaller one"})
    assert "urls" not in told
    assert market.get(f"{ASK}/file/{tracking_id}", file="offers/0.csv").status_code == 404
    assert len(rows(market, include_inactive_offers=True)) == 8


def test_files_need_no_shop_and_expire(market_with):
    shops = [{"shop_id": shop, "offers": [{"sku": f"TEA-{shop}", "quantity": 1}]} for shop in (1, 2)]
    market = market_with(shops=shops, keys=[{"secret": "both", "shop_ids": [1, 2]}])
    tracking_id = market.call("POST", ASK, {}, shop_id=2).json["tracking_id"]
    assert market.get(f"{ASK}/file/{tracking_id}", file="offers/0.csv").status_code == 404
    market.advance(5)
    assert market.get(f"{ASK}/status/{tracking_id}").status_code == 404
    (url,) = status(market, tracking_id, shop_id=2)["urls"]
    assert "TEA-2" in market.get(url).text
    assert market.get(url.replace("%2F0", "%2F1")).status_code == 404
    (kept,) = market.tenant.offer_exports.known[tracking_id].files
    market.advance(3590)
    assert (kept.exists(), market.get(url).status_code) == (True, 200)
    market.advance(10)
    assert (kept.exists(), market.get(url).status_code) == (False, 410)


def test_differential_and_full_exports_have_limits_of_their_own(market_with):
    market = market_with(limits={})
    some = {"last_request_date": NOW}
    assert [ask(market).status_code, ask(market, **some).status_code] == [200, 200]
    early = [ask(market), ask(market, **some)]
    assert [(one.status_code, one.headers["Retry-After"]) for one in early] == [(429, "86400"), (429, "60")]
    market.advance(60)
    assert [ask(market).status_code, ask(market, **some).status_code] == [429, 200]


def test_the_status_is_for_every_ten_seconds_and_files_for_any_time(market_with):
    market = market_with(limits={})
    tracking_id = ask(market).json["tracking_id"]
    market.advance(5)
    (url,) = status(market, tracking_id)["urls"]
    assert market.get(f"{ASK}/status/{tracking_id}").headers["Retry-After"] == "10"
    assert [market.get(url).status_code for _ in range(3)] == [200, 200, 200]


def test_any_key_may_export(market_with):
    market = market_with(keys=[{"secret": "clerk", "shop_ids": [2000], "roles": ["ROLE_PARTNER_ORDER_READ"]}])
    assert ask(market).status_code == 200
    assert market.call("POST", ASK, {}, key="nobody").status_code == 401


def test_what_a_mass_of_offers_changed_is_found_without_looking_at_all_of_them():
    shops = [{"shop_id": 1, "offers": [{"generate": 20_000, "prefix": "G", "quantity": 3}]}]
    tenant = Tenant(settings_from({"shops": shops}))
    offers = tenant.offers[1]
    born = offers["G1"].created
    looked_at = []
    offers._all = Watching(offers._all, looked_at)  # the only list with every offer in it
    for number in range(1, 11):
        offers.touch(offers[f"G{number}"], born + 1000 + number)
    assert [offer.sku for offer in offers.changed_since(born + 1)] == [f"G{number}" for number in range(1, 11)]
    assert looked_at == []
    assert len(list(offers.changed_since(born))) == 20_000


class Watching(list):
    """Notes that somebody walked through it."""

    def __init__(self, items, seen):
        super().__init__(items)
        self.seen = seen

    def __iter__(self):
        self.seen.append("all")
        return super().__iter__()
