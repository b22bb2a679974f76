"""A WooCommerce shop as we find it: what it sells, whether it can be worked with, what its refusals mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mirakl_sync.clock import now
from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.http.contract import Answer, Basic, OAuth1, Operation, QueryKeys
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.registry import platform, platforms
from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.answers import interpret
from mirakl_sync.platforms.woocommerce.client import WooClient
from mirakl_sync.platforms.woocommerce.facts import Catalogue, chunks
from mirakl_sync.platforms.woocommerce.orders import ProductRef
from mirakl_sync.platforms.woocommerce.settings import SENTENCES, StoreSettings, read_settings
from mirakl_sync.platforms.woocommerce.spec import WOOCOMMERCE
from mirakl_sync.sandbox.woocommerce.catalogue import seed
from tests.platforms.drafts import draft, line
from tests.platforms.woocommerce.recorded import folder, recorded

READ = Operation("woocommerce.read")
PRODUCTS = [
    ("COUNTED", {"stock": 7}, {"quantity": 7, "in_stock": True, "sellable": True, "price": Decimal("9.90")}),
    ("OVERSOLD", {"stock": -3}, {"quantity": -3, "in_stock": False, "sellable": True}),
    ("UNCOUNTED", {}, {"quantity": None, "in_stock": True}),
    ("BACKORDERED", {"stock": 0, "backorders": "notify"}, {"quantity": 0, "backorders": True}),
    ("DRAFT", {"stock": 7, "status": "draft"}, {"sellable": False}),
    ("PRIVATE", {"stock": 7, "status": "private"}, {"sellable": False}),
    ("50% <off> & more", {"stock": 2}, {"matches": 1}),
    ("größe-42/L", {"stock": 2}, {"quantity": 2}),
]


@pytest.mark.parametrize(("sku", "product", "wanted"), PRODUCTS, ids=[sku for sku, *_ in PRODUCTS])
def test_what_the_shop_says_of_a_product(shop, sku, product, wanted):
    seed(shop.shop, {"sku": sku, "price": "9.90", **product})
    fact = shop.platform.product_facts(["MUG", sku, "NOWHERE"])[sku]
    assert {name: getattr(fact, name) for name in wanted} == wanted


def test_odd_skus_do_not_hide_the_others(shop):
    odd = ["a,b,c", "<script>", " padded ", "", "x" * 5000, "100%", "nul\x00l"]
    facts = shop.platform.product_facts([*odd, "MUG", "TEE-S"])
    assert set(facts) == {*odd, "MUG", "TEE-S"}
    assert (facts["MUG"].matches, facts["TEE-S"].matches) == (1, 1)
    assert all(facts[sku].matches == 0 for sku in odd)


class Shelf:
    """A transport to a shop that only has products; WooCommerce looks for the parts of a list and for the whole."""

    def __init__(self, *skus: str) -> None:
        self.rows = [{"id": number, "sku": sku, "price": "1.00"} for number, sku in enumerate(skus, 1)]

    def call(self, operation, method, path, *, params=None, **_):
        if path != "/wc/v3/products":
            return Answer(200, {}, b"", [])
        asked = {*params["sku"].split(","), params["sku"]}
        return Answer(200, {}, b"", [row for row in self.rows if row["sku"] in asked])


def test_a_sku_with_a_comma_is_one_sku():
    facts = Catalogue(WooClient(Shelf("a", "b", "a,b"), now)).facts(["a,b", "b"])
    assert {sku: (fact.matches, fact.product_id) for sku, fact in facts.items()} == {"a,b": (1, "3"), "b": (1, "2")}


def test_a_sku_of_two_products_is_seen_twice_and_never_sold():
    catalogue = Catalogue(WooClient(Shelf("TWIN", "TWIN"), now))
    assert catalogue.facts(["TWIN"])["TWIN"].matches == 2
    with pytest.raises(Refused, match=r"several products \(1, 2\)") as refusal:
        catalogue.refs(draft(line(1, "TWIN", "1.00")), with_classes=False)
    assert refusal.value.code == "doubled_sku"


def test_stock_counted_by_the_parent_is_the_variations_stock(shop):
    caps = [{"sku": "HAT-R", "price": "9.90", "stock": 5, "manage_stock": "parent"}]
    seed(shop.shop, {"sku": "HAT", "stock": 5, "variations": caps})
    facts = shop.platform.product_facts(["HAT", "HAT-R"])
    assert facts["HAT-R"].quantity == 5
    assert not facts["HAT"].sellable


def test_a_thousand_skus_are_ten_calls(woo):
    bench = woo()
    bench.platform.product_facts(["MUG"])
    bench.lines[0].calls.clear()
    assert len(bench.platform.product_facts([f"S{n}" for n in range(1000)])) == 1000
    assert len(bench.lines[0].calls) == 10


def test_skus_are_asked_by_the_call_and_odd_ones_alone():
    assert list(chunks(["A", "b,c", "B"])) == [["b,c"], ["A", "B"]]
    assert [len(chunk) for chunk in chunks(str(n) for n in range(250))] == [100, 100, 50]
    assert max(len("".join(chunk)) for chunk in chunks("x" * 90 for _ in range(99))) < 3000


@pytest.mark.parametrize(
    ("text", "ref"),
    [("7", ProductRef(7)), ("7/9", ProductRef(7, 9)), ("", None), ("gid://x", None), ("7/x", None)],
)
def test_a_product_id_of_ours_is_read_back(text, ref):
    assert ProductRef.parse(text) == ref
    assert ref is None or str(ref) == text


def sentences(findings, *, ok=False):
    return " ".join(finding.sentence for finding in findings if finding.ok is ok)


def test_a_shop_in_order_has_nothing_to_mend(woo):
    assert sentences(woo().platform.check()) == ""


@pytest.mark.parametrize(
    ("shop_settings", "settings", "words"),
    [
        ({"version": "8.1.0"}, {}, "older than 8.2"),
        ({"version": "9.5.0"}, {}, "filter orders by their origin"),
        ({"manage_stock": False}, {}, "does not manage stock"),
        ({"hpos": False}, {}, "classic storage"),
        ({"calc_taxes": False}, {}, "computes no tax"),
        ({}, {"taxes": "zero_rate", "zero_rate_class": "nothing"}, "no rate of zero"),
        ({"tracking_plugin": "none"}, {}, "No tracking plugin shows itself: at the status completed"),
    ],
)
def test_the_check_says_what_to_mend(woo, shop_settings, settings, words):
    findings = woo(shop_settings, **settings).platform.check()
    assert words in sentences(findings)
    assert all(finding.way_out for finding in findings if not finding.ok)


@pytest.mark.parametrize(
    ("minutes", "words"), [(60, "unpaid baskets, held for 60 minutes"), (0, "The shop manages stock.")]
)
def test_the_check_says_how_long_unpaid_baskets_hide_pieces(woo, minutes, words):
    findings = woo({"hold_stock_minutes": minutes}).platform.check()
    (finding,) = [each for each in findings if each.subject == "stock"]
    assert (finding.ok, words in finding.sentence) == (True, True)


@pytest.mark.parametrize(
    ("plugin", "named"),
    [
        ("shipment_tracking", "from WooCommerce Shipment Tracking; the"),
        ("ast", "from Advanced Shipment Tracking; the"),
    ],
)
def test_the_check_names_the_plugin_that_tells_parcels(woo, plugin, named):
    findings = woo({"tracking_plugin": plugin}, status_shipped="delivered,wc-gone").platform.check()
    (finding,) = [each for each in findings if each.subject == "tracking"]
    assert (finding.ok, named in finding.sentence) == (True, True)
    assert "at the status delivered, gone" in finding.sentence


def test_a_key_that_only_reads_blocks(woo):
    findings = woo().connect("ck_read", "cs_read").check()
    assert [f.subject for f in findings if f.blocking] == ["key"]
    assert "Read/Write" in next(f.way_out for f in findings if f.blocking)


def test_a_wrong_secret_blocks(woo):
    findings = woo().connect("ck_test", "wrong").check()
    assert [f.subject for f in findings if f.blocking] == ["key"]


def test_a_shop_in_maintenance_is_said(woo):
    bench = woo()
    bench.shop.settings.maintenance = True
    (finding,) = bench.platform.check()
    assert finding.blocking
    assert "does not answer" in finding.sentence


ERRORS = [
    ("07-err-dup-sku", Refused, "product_invalid_sku"),
    ("08-err-bad-type", Refused, "stock_quantity is not of type integer"),
    ("09-err-404", Refused, "woocommerce_rest_"),
    ("12-err-date", Refused, "modified_after: Invalid date"),
    ("13-err-route", Refused, "rest_no_route"),
    ("14-err-ro-key", Misconfigured, "write permissions"),
    ("20-webhook-create-ftp", Refused, "invalid_delivery_url"),
    ("58-order-gone", Refused, "woocommerce_rest_shop_order_invalid_id"),
]


@pytest.mark.parametrize(("name", "family", "words"), ERRORS, ids=[name for name, *_ in ERRORS])
def test_a_recorded_refusal_belongs_to_a_family(name, family, words):
    response = recorded(name)["response"]
    error = interpret(READ, Answer(response["status"], {}, b"", response["body"]))
    assert type(error) is family
    assert words in str(error)


@pytest.mark.parametrize(
    ("status", "family", "way_out"),
    [(404, Misconfigured, "permalinks"), (403, Misconfigured, "firewall"), (429, None, ""), (413, None, "")],
)
def test_a_page_instead_of_an_answer_is_not_woocommerces(status, family, way_out):
    error = interpret(READ, Answer(status, {}, b"<html>", None))
    assert (type(error) if error else None) is family
    assert way_out in (error.way_out if error else "")


@pytest.mark.parametrize(("status", "words"), [(401, "stranger"), (403, "refused")])
def test_a_stranger_and_a_user_without_the_right_are_told_apart(status, words):
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": status}}
    assert words in str(interpret(READ, Answer(status, {}, b"", body)))


def test_every_recorded_order_and_product_is_read():
    orders = products = 0
    for file in sorted(folder().glob("*.json")):
        told = recorded(file.stem)
        body = told.get("response", told.get("request", {})).get("body") if "secret" not in told else None
        if isinstance(body, dict) and "line_items" in body and "status" in body:
            order = schemas.read(schemas.ORDER, body, file.stem)
            assert (order.id, order.total is not None, order.modified_at.tzinfo) == (body["id"], True, now().tzinfo)
            orders += 1
        if isinstance(body, dict) and "stock_quantity" in body and "id" in body:
            assert schemas.read(schemas.PRODUCT, body, file.stem).sku == body["sku"]
            products += 1
    assert orders >= 10
    assert products >= 8


def test_the_rates_a_line_was_taxed_with_are_read():
    order = schemas.read(schemas.ORDER, recorded("30-order-create")["response"]["body"], "order")
    assert [line.taxes for line in (*order.lines, *order.shipping_lines)] == [(1,), (1,), (1,)]
    assert order.shipping_lines[0].total == Decimal("4.95")


@pytest.mark.parametrize(
    "payload", [{}, {"id": "x", "status": "pending"}, {"id": 1, "status": "a", "total": "b"}, [], None]
)
def test_an_order_that_is_none_is_kept(payload):
    with pytest.raises(Unreadable) as error:
        schemas.read(schemas.ORDER, payload, "order", after_write=True)
    assert error.value.outcome_unknown


def test_plugins_may_add_and_php_may_bend_what_they_like():
    payload = {
        "id": "5",
        "status": "shipped",
        "total": 1,
        "billing": [],
        "meta_data": [None, {"key": "a", "value": {}}],
        "x": 1,
    }
    order = schemas.read(schemas.ORDER, payload, "order")
    assert (order.id, order.total, order.billing, order.meta) == (5, Decimal(1), {}, {"a": {}})


def test_settings_are_read_as_they_are_typed():
    given = {"generic_customer": "7", "look_for_doubles": "yes", "taxes": "exempt"}
    assert read_settings(given) == StoreSettings(generic_customer=7, look_for_doubles=True, taxes="exempt")


@pytest.mark.parametrize(
    "given", [{"taxes": "none"}, {"generic_customer": "Eva"}, {"colour": "red"}, {"auth": "oauth"}]
)
def test_an_impossible_setting_is_named(given):
    with pytest.raises(Misconfigured, match=next(iter(given))) as error:
        read_settings(given)
    assert error.value.way_out


def test_every_setting_has_a_sentence():
    assert set(SENTENCES) == set(StoreSettings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("url", "way", "auth"),
    [
        ("https://shop.example/", "", Basic("ck", "cs")),
        ("http://shop.example", "", OAuth1("ck", "cs")),
        ("https://shop.example/wp-json/", "query", QueryKeys({"consumer_key": "ck", "consumer_secret": "cs"})),
    ],
)
def test_the_way_in_follows_the_address(url, way, auth):
    dialled = {}

    def dial(base_url, *, auth, interpret=None, parallel=0):
        dialled.update(base_url=base_url, auth=auth, parallel=parallel)

    settings = {"auth": way} if way else {}
    access = StoreAccess("shop", url, {"consumer_key": "ck", "consumer_secret": "cs"}, settings)
    WOOCOMMERCE.connect(access, dial, now)
    assert dialled["base_url"] == f"{url.split('://')[0]}://shop.example/wp-json"
    assert (dialled["auth"], dialled["parallel"]) == (auth, 4)


def test_a_store_without_keys_is_a_setting_to_mend():
    with pytest.raises(Misconfigured, match="consumer key"):
        WOOCOMMERCE.connect(StoreAccess("shop", "https://shop.example", {}, {}), None, now)


def test_the_registry_names_the_platforms_it_knows():
    assert platform("woocommerce") is WOOCOMMERCE
    with pytest.raises(Misconfigured, match="bigcommerce") as error:
        platform("bigcommerce")
    assert "woocommerce" in error.value.way_out


def test_a_package_may_bring_a_platform(monkeypatch):
    class Entry:
        def load(self):
            return platform_of_a_partner

    platform_of_a_partner = WOOCOMMERCE.__class__(
        **{name: getattr(WOOCOMMERCE, name) for name in WOOCOMMERCE.__dataclass_fields__} | {"key": "partner"}
    )
    monkeypatch.setattr("mirakl_sync.platforms.registry.entry_points", lambda group: [Entry()])
    platforms.cache_clear()
    try:
        assert platform("partner") is platform_of_a_partner
    finally:
        platforms.cache_clear()
