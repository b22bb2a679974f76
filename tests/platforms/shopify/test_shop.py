"""The shop around the orders: logging in, permissions, places, points, webhooks, polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited
from mirakl_sync.http.tokens import MemoryTokens
from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.platforms.shopify.documents.products import EVERYTHING, RUN_BULK
from mirakl_sync.platforms.shopify.settings import CHOICES, SENTENCES, read_settings
from mirakl_sync.platforms.shopify.watching import TOPICS
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.shopify import payloads
from mirakl_sync.sandbox.shopify.settings import EVERY_SCOPE
from tests.platforms.drafts import addressed, draft, line

SPEC = platform("shopify")
HOOKS = "https://hooks.example/shop"


def logins(bench) -> int:
    return bench.shop.books(summary=True)["totals"]["tokens_issued"]


def sentences(findings, *, ok):
    return " ".join(finding.sentence for finding in findings if finding.ok is ok)


# Logging in


def test_one_login_serves_every_call(bench):
    for _ in range(3):
        bench.platform.product_facts(["MUG"])
    assert logins(bench) == 1


def test_a_token_that_ended_early_is_replaced_once_and_nothing_is_done_twice(bench):
    bench.platform.product_facts(["MUG"])
    bench.control("tokens/expire", {})
    wanted = draft()
    order = bench.platform.create_order(wanted, held=True)
    assert logins(bench) == 2
    assert bench.standing(wanted.reference) == [order.order_id]


def test_the_token_of_an_older_app_is_used_as_it_is(bench):
    opened = bench.connect(credentials={"access_token": "shpat_sandbox"})
    assert opened.product_facts(["MUG"])["MUG"].matches == 1
    assert logins(bench) == 0


@pytest.mark.parametrize(
    "credentials",
    [
        {"client_id": "sandbox-client", "client_secret": "wrong"},
        {"client_id": "x", "client_secret": "y"},
        {"access_token": "z"},
    ],
)
def test_wrong_credentials_are_said_and_never_shown(bench, credentials):
    opened = bench.connect(credentials=credentials)
    with pytest.raises(Misconfigured) as trouble:
        opened.product_facts(["MUG"])
    assert not any(len(value) > 1 and value in trouble.value.words for value in credentials.values())
    (finding,) = opened.check()
    assert (finding.ok, finding.blocking, finding.subject) == (False, True, "access")
    assert finding.way_out


@pytest.mark.parametrize(
    "credentials",
    [{}, {"client_id": "a"}, {"client_secret": "b"}, {"client_id": "", "client_secret": "", "access_token": ""}],
)
def test_without_credentials_no_store_is_opened(credentials):
    with pytest.raises(Misconfigured):
        SPEC.connect(StoreAccess("shop", "https://x.myshopify.com", credentials, {}), dial_none, now)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("name.myshopify.com", "https://name.myshopify.com"),
        ("https://name.myshopify.com/admin/orders?x=1", "https://name.myshopify.com"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_may_be_copied_from_a_browser(address, expected):
    dialled = []

    def dial(base_url, **_):
        dialled.append(base_url)

    SPEC.connect(StoreAccess("shop", address, {"access_token": "t"}, {}, MemoryTokens()), dial, now)
    assert dialled == [expected]


def test_an_address_that_is_none_is_said():
    with pytest.raises(Misconfigured, match="address"):
        SPEC.connect(StoreAccess("shop", "https://", {"access_token": "t"}, {}), dial_none, now)


def dial_none(*_, **__):
    raise AssertionError("nobody is dialled")


def now() -> datetime:
    return datetime.now(UTC)


# Settings


def test_every_setting_has_its_sentence():
    assert set(SENTENCES) == set(read_settings({}).__dataclass_fields__)
    assert SPEC.settings == SENTENCES


@pytest.mark.parametrize("given", [{"claims": "never"}, {"look_after": "soon"}, {"colour": "red"}, {"full_look": "x"}])
def test_an_impossible_setting_is_named(given):
    with pytest.raises(Misconfigured, match=next(iter(given))):
        read_settings(given)


@pytest.mark.parametrize("claims", CHOICES["claims"])
def test_a_store_reserves_stock_unless_its_orders_bypass_it(claims):
    able = SPEC.capabilities_with({"claims": claims})
    assert (Capability.RESERVES_STOCK in able) == (claims != "bypass")
    assert able | {Capability.RESERVES_STOCK} == SPEC.capabilities


# Checking


def test_a_shop_that_is_as_it_should_be_says_so(bench):
    findings = bench.platform.check()
    assert all(finding.ok for finding in findings), sentences(findings, ok=False)
    assert "Warehouse" in sentences(findings, ok=True)


NEEDED = [
    "write_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_products",
    "read_locations",
]


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_scope_is_named_and_stops_the_connection(opened, missing):
    scopes = [scope for scope in EVERY_SCOPE if scope != missing]
    findings = opened({"scopes": tuple(scopes)}).platform.check()
    assert missing in sentences(findings, ok=False)
    assert any(finding.blocking and finding.way_out for finding in findings if not finding.ok)


def test_a_scope_that_is_only_useful_is_named_and_stops_nothing(opened):
    findings = opened({"scopes": tuple(set(EVERY_SCOPE) - {"read_customers"})}).platform.check()
    assert "read_customers" in sentences(findings, ok=False)
    assert not any(finding.blocking for finding in findings)


def test_a_denied_call_names_the_scope(opened):
    bench = opened({"scopes": tuple(set(EVERY_SCOPE) - {"read_products"})})
    with pytest.raises(Misconfigured, match="read_products"):
        bench.platform.product_facts(["MUG"])


@pytest.mark.parametrize(("status", "word"), [(402, "frozen"), (404, "address"), (423, "locked")])
def test_a_closed_shop_says_why(opened, status, word):
    (finding,) = opened({"closed": status}).platform.check()
    assert (finding.ok, finding.blocking) == (False, True)
    assert word in finding.sentence


def test_the_check_tells_what_bypassing_costs_and_that_webhooks_need_a_secret(opened):
    bench = opened(claims="bypass")
    told = sentences(bench.connect(credentials={"access_token": "shpat_sandbox"}).check(), ok=False)
    assert "bypass" in told
    assert "secret" in told


def test_a_trial_store_is_told_apart(opened):
    assert "five new orders" in sentences(opened({"orders_per_minute": 5}).platform.check(), ok=False)


def test_a_version_that_is_served_no_more_is_found(opened):
    bench = opened(api_version="2025-01")
    assert "2025-01" in sentences(bench.platform.check(), ok=False)
    assert "2025-01" in sentences(bench.platform.watch(HOOKS), ok=False)


# Places


def two_places(opened, **settings):
    bench = opened({"locations": ("Madrid", "Wien")}, **settings)
    bench.control("stock", {"sku": "MUG", "quantity": 5, "location": "Wien"})
    bench.control("stock", {"sku": "MUG", "quantity": 7, "location": "Madrid"})
    return bench


@pytest.mark.parametrize(
    ("chosen", "quantity", "places"),
    [("", 12, {"Madrid": 7, "Wien": 5}), ("Wien", 5, {"Wien": 5}), ("madrid, Wien", 12, {"Madrid": 7, "Wien": 5})],
)
def test_what_is_for_sale_lies_at_the_chosen_places(opened, chosen, quantity, places):
    bench = two_places(opened, locations=chosen)
    asked = bench.platform.product_facts(["MUG"])["MUG"]
    looked = {fact.sku: fact for fact in bench.platform.levels()}["MUG"]
    assert (asked.quantity, dict(asked.locations)) == (looked.quantity, dict(looked.locations)) == (quantity, places)


def test_a_place_that_is_not_there_stops_the_questions_and_is_found(opened):
    bench = opened(locations="Paris")
    with pytest.raises(Misconfigured, match="Paris"):
        bench.platform.product_facts(["MUG"])
    assert "Paris" in sentences(bench.platform.check(), ok=False)


# Polls


def polled(bench, since):
    return {n.product.sku: n for n in bench.platform.notices_since(NoticeKind.PRODUCT, since) if n.product}


def test_a_number_moved_by_the_shops_own_customers_is_polled(bench):
    bench.pass_time(3600)
    since = bench.now()
    bench.control("sell", {"sku": "BOOK", "quantity": 2})
    told = polled(bench, since)
    assert set(told) == {"BOOK"}
    assert told["BOOK"].product.quantity == 998
    assert told["BOOK"].subject in told["BOOK"].product.product_id.split("/")


def test_a_changed_product_is_polled_although_its_number_stayed(bench):
    bench.pass_time(3600)
    since = bench.now()
    bench.add("FOOD", None, status="draft")
    assert not polled(bench, since)["FOOD"].product.sellable


def test_others_orders_are_not_told(bench):
    bench.control("sell", {"sku": "BOOK", "quantity": 2})
    assert list(bench.platform.notices_since(NoticeKind.ORDER, bench.now() - timedelta(hours=1))) == []


def test_orders_the_search_shows_late_are_told_all_the_same(opened):
    bench = opened({"index_seconds": 20.0})
    order = bench.platform.create_order(draft(), held=True)
    cursor = bench.now() + timedelta(seconds=10)
    bench.pass_time(30)
    told = list(bench.platform.notices_since(NoticeKind.ORDER, cursor))
    assert [notice.subject for notice in told] == [order.order_id]


def test_a_poll_of_many_orders_tells_each_with_its_state(bench):
    made = [bench.platform.create_order(draft(), held=True) for _ in range(9)]
    told = list(bench.platform.notices_since(NoticeKind.ORDER, bench.now() - timedelta(hours=1)))
    assert {notice.subject for notice in told} == {order.order_id for order in made}
    assert all(notice.order.lines and not notice.order.live for notice in told)


# Points


def test_spent_points_are_waited_for_when_it_is_short(bench):
    bench.platform.product_facts(["MUG"])
    bench.control("bucket", {"left": 0})
    assert bench.platform.product_facts(["MUG"])["MUG"].matches == 1


def test_spent_points_that_come_back_slowly_are_told_to_whoever_asked(opened):
    bench = opened({"restore_rate": 1.0})
    bench.platform.product_facts(["MUG"])
    bench.control("bucket", {"left": 0})
    with pytest.raises(RateLimited) as limited:
        bench.platform.product_facts(["MUG"])
    assert limited.value.after > 2


def test_a_long_read_waits_for_its_points(opened):
    bench = opened({"bucket": 1000.0, "restore_rate": 40.0, "connection_cost": "documented"}, full_look="pages")
    bench.control("generate", {"count": 120, "prefix": "P-", "quantity": 3})
    before = bench.now()
    assert len(list(bench.platform.levels())) == 124
    assert bench.now() - before > timedelta(seconds=1)


def test_everything_is_read_from_the_shops_file_in_a_handful_of_calls(opened):
    bench = opened({"bulk_seconds": 2.0})
    bench.control("generate", {"count": 600, "prefix": "P-", "quantity": 3})
    told = {fact.sku: fact for fact in bench.platform.levels()}
    assert (len(told), told["P-600"].quantity, dict(told["P-600"].locations)) == (604, 3, {"Warehouse": 3})
    assert set(bench.asked()) == {"Shop", "Locations", "LookAtEverything", "LookAtBulk"}
    assert len(bench.asked()) < 10


def test_the_file_and_the_pages_tell_the_same(bench):
    bench.add("LAMP", 7, policy="continue")
    bench.add("UNCOUNTED", None, status="draft")
    by_file = {fact.sku: fact for fact in bench.platform.levels()}
    by_page = {fact.sku: fact for fact in bench.connect(full_look="pages").levels()}
    moment = bench.now()
    assert {sku: replace(fact, observed_at=moment) for sku, fact in by_file.items()} == {
        sku: replace(fact, observed_at=moment) for sku, fact in by_page.items()
    }


def test_a_shop_that_writes_for_others_already_is_read_by_page(opened):
    bench = opened({"bulk_seconds": 9000.0})
    for _ in range(5):
        bench.platform.asking.ask(RUN_BULK, {"query": EVERYTHING})
    assert len(list(bench.platform.levels())) == 4
    assert "Variants" in bench.asked()


# Webhooks


def test_every_topic_is_watched_and_what_the_shop_deleted_is_made_anew(bench):
    assert all(finding.ok for finding in bench.platform.watch(HOOKS))
    subscriptions = bench.shop.queue.subscriptions
    assert sorted(row.topic for row in subscriptions.values()) == sorted(TOPICS.values())
    assert {row.uri for row in subscriptions.values()} == {HOOKS}
    gone = next(number for number, row in subscriptions.items() if row.topic == "orders/edited")
    del subscriptions[gone]
    mended = [finding.sentence for finding in bench.platform.watch(HOOKS) if "missing" in finding.sentence]
    assert mended == ["The webhook orders/edited was missing and has been made."]


def test_webhooks_of_another_address_are_left_alone(bench):
    bench.platform.watch("https://elsewhere.example/shop")
    bench.platform.watch(HOOKS)
    assert len(bench.shop.queue.subscriptions) == 2 * len(TOPICS)


def test_without_a_secret_no_webhook_is_made(bench):
    (finding,) = bench.connect(credentials={"access_token": "shpat_sandbox"}).watch(HOOKS)
    assert (finding.ok, finding.subject) == (False, "webhooks")
    assert bench.shop.queue.subscriptions == {}


def test_the_webhook_of_a_level_leads_to_its_sku(bench):
    bench.add("LAMP", 7)
    known = bench.platform.product_facts(["LAMP", "MUG"])
    item = int(known["LAMP"].product_id.partition("/")[2])
    headers, body = bench.signed(
        "inventory_levels/update", {"inventory_item_id": item, "location_id": 1, "available": 6}
    )
    (notice,) = bench.platform.read_notices(bench.platform.verify(headers, body).topic, body)
    assert notice.subject in known["LAMP"].product_id.split("/")
    assert notice.subject not in known["MUG"].product_id.split("/")


def test_skus_are_letter_by_letter_the_shops(bench):
    bench.add("mug", 3)
    facts = bench.platform.product_facts(["MUG", "mug", "Mug"])
    assert {sku: (fact.matches, fact.quantity) for sku, fact in facts.items()} == {
        "MUG": (1, 1000),
        "mug": (1, 3),
        "Mug": (0, None),
    }


@pytest.mark.parametrize("sku", ["O'Neill 7", "a:b", "50% (off)", "x OR y", 'q"q', "back\\slash", "*", "ä/ö"])
def test_odd_skus_are_found(bench, sku):
    bench.add(sku, 4)
    assert bench.platform.product_facts([sku])[sku].quantity == 4
    wanted = draft(line(1, sku, "9.90"))
    assert bench.platform.create_order(wanted, held=True).total == wanted.total


def test_what_the_shop_really_sends_leads_to_its_order(bench):
    bench.add("LAMP", 7)
    wanted = addressed(draft(line(1, "LAMP", "30.00", quantity=3)))
    order = bench.platform.create_order(wanted, held=True)
    bench.platform.release_order(order.order_id, wanted)
    bench.ship(order.order_id, "DHL", "D1", {"L1": 1}, left=False)
    bench.control(f"orders/{order.order_id}/refund", {"items": [{"line_id": "L1", "quantity": 1, "amount": "10.00"}]})
    shop, row = bench.shop, bench.shop.orders.rows[int(order.order_id)]
    bodies = {
        "orders/create": payloads.order(shop, row),
        "orders/cancelled": payloads.order(shop, row),
        "fulfillments/create": payloads.fulfillment(shop, row, row.fulfillments[0]),
        "fulfillments/update": payloads.fulfillment(shop, row, row.fulfillments[0]),
        "refunds/create": payloads.refund(shop, row, row.refunds[0]),
    }
    for topic, body in bodies.items():
        headers, raw = bench.signed(topic, body)
        (notice,) = bench.platform.read_notices(bench.platform.verify(headers, raw).topic, raw)
        assert (topic, notice.kind, notice.subject) == (topic, NoticeKind.ORDER, order.order_id)
        assert notice.observed_at.tzinfo
        assert notice.incomplete
