"""Keys, rights, webhooks, and what the connection check says."""

from __future__ import annotations

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.magento.store import connect
from mirakl_sync.sandbox.magento.events import sign
from mirakl_sync.sandbox.magento.order_json import order_json
from mirakl_sync.sandbox.magento.values import encode
from tests.platforms.drafts import addressed, draft

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
HOOKS = "https://hooks.example/shop"


def sentences(findings, *, wrong=True):
    return [f"{finding.subject}: {finding.sentence}" for finding in findings if finding.ok is not wrong]


def test_a_shop_that_is_set_up_well_has_nothing_to_complain_of(magento):
    bench = magento({"module": True}, orders_by="module")
    findings = bench.platform.check()
    assert sentences(findings) == []
    assert {finding.subject for finding in findings} >= {"address", "key", "version", "stock", "currency"}


def test_the_check_says_what_saved_orders_do_to_the_stock(magento):
    (complaint,) = [finding for finding in magento().platform.check() if not finding.ok]
    assert complaint.subject == "stock"
    assert not complaint.blocking
    assert "create-compensations" in complaint.way_out


@pytest.mark.parametrize(
    ("resource", "subject"),
    [
        ("Magento_Backend::store", "address"),
        ("Magento_Sales::actions_view", "key"),
        ("Magento_Sales::shipment", "key"),
        ("Magento_Sales::sales_creditmemo", "key"),
        ("Magento_Sales::cancel", "key"),
        ("Magento_Sales::unhold", "key"),
        ("Magento_Sales::invoice", "key"),
        ("Magento_Sales::comment", "key"),
        ("Magento_Sales::create", "key"),
        ("Magento_Catalog::products", "stock"),
        ("Magento_InventoryApi::stock", "stock"),
        ("Magento_InventoryApi::source", "stock"),
    ],
)
def test_each_missing_right_is_named_by_the_check(magento, resource, subject):
    findings = magento({"denied": [resource]}).platform.check()
    (named,) = [finding for finding in findings if resource in finding.sentence]
    assert (named.ok, named.subject, named.blocking) == (False, subject, subject in ("address", "key"))
    assert resource in named.way_out


@pytest.mark.parametrize("resource", ["Magento_Cart::manage", "Magento_Sales::hold"])
def test_rights_only_carts_need_are_asked_for_only_where_there_are_carts(magento, resource):
    bench = magento({"denied": [resource]})
    assert not any(finding.blocking for finding in bench.platform.check())
    (named,) = [finding for finding in bench.connect(orders_by="cart").check() if finding.blocking]
    assert resource in named.sentence


def test_the_check_changes_nothing_in_the_shop(magento):
    bench = magento()
    bench.platform.check()
    assert bench.shop.books(summary=True)["totals"]["orders"] == 0
    assert bench.shop.store.customers.rows == {}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"store_code": "moon"}, "does not know the store view"),
        ({"website": "moon"}, "No linked stock"),
        ({"commission_sku": "C"}, "C "),
    ],
)
def test_settings_the_shop_does_not_know_are_found_by_the_check(magento, settings, words):
    told = sentences(magento(**settings).platform.check())
    assert any(words in sentence for sentence in told), told


@pytest.mark.parametrize(
    ("shop", "ok", "words"),
    [
        ({"version": "2.4.8"}, True, "Magento/2.4"),
        ({"version": "2.3.7"}, False, "no security updates"),
        ({"version_shown": False}, True, "does not tell its version"),
    ],
)
def test_the_version_is_told_as_far_as_the_shop_tells_it(magento, shop, ok, words):
    (finding,) = [finding for finding in magento(shop).platform.check() if finding.subject == "version"]
    assert (finding.ok, finding.blocking) == (ok, False)
    assert words in finding.sentence


def test_an_integration_token_as_bearer_is_explained(magento):
    bench = magento()
    findings = bench.connect(auth="bearer").check()
    (refused,) = [finding for finding in findings if not finding.ok]
    assert "enable_integration_as_bearer" in refused.way_out
    assert magento({"bearer_allowed": True}).connect(auth="bearer").product_facts(["MUG"])["MUG"].quantity == 1000


def test_wrong_keys_are_a_setting_to_mend_and_never_shown(magento):
    bench = magento()
    keys = dict.fromkeys(
        ("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "very-secret-words"
    )
    shop = connect(StoreAccess("shop", bench.server.url, keys, {}), bench._dial, bench.shop.clock.now)
    with pytest.raises(Misconfigured) as error:
        shop.product_facts(["MUG"])
    assert "very-secret-words" not in f"{error.value.words}{error.value.way_out}{shop.__dict__}"


@pytest.mark.parametrize("missing", KEYS)
def test_a_missing_key_is_named_before_any_call(missing):
    keys = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "x") | {
        missing: ""
    }
    with pytest.raises(Misconfigured, match=missing):
        connect(StoreAccess("shop", "https://shop.example", keys, {}), None, None)


def test_a_page_in_front_of_the_shop_is_no_answer(magento):
    bench = magento()
    bench.shop.settings.maintenance = True
    findings = bench.platform.check()
    assert not findings[0].ok
    assert findings[0].blocking


# Webhooks


def shop_with_events(magento):
    return magento({"events": True}, events=True)


def delivered(bench, order_id, secret=None):
    with bench.shop.lock:
        raw = encode(order_json(bench.shop.store.orders.rows[int(order_id)])).encode()
    return {"x-magento-signature": sign(raw, secret or bench.SECRET), "Content-Type": "application/json"}, raw


def test_a_webhook_of_an_order_that_left_says_that_it_must_be_read_and_asks_nothing(magento):
    bench = shop_with_events(magento)
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.platform.release_order(order.order_id, wanted)
    bench.ship(order.order_id, "ups", "1Z", None, left=True)
    headers, body = delivered(bench, order.order_id)
    told = bench.platform.verify(headers, body)
    bench.lines[-1].calls.clear()
    (notice,) = bench.platform.read_notices(told.topic, body)
    assert (notice.subject, notice.incomplete, notice.order) == (order.order_id, True, None)
    assert bench.lines[-1].calls == []


def test_a_webhook_of_an_order_at_work_is_understood_without_a_call(magento):
    bench = shop_with_events(magento)
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    released = bench.platform.release_order(order.order_id, wanted)
    _, body = delivered(bench, order.order_id)
    bench.lines[-1].calls.clear()
    (notice,) = bench.platform.read_notices("order", body)
    assert notice.order == released
    assert bench.lines[-1].calls == []


def test_a_webhook_of_a_shipment_is_about_its_order(magento):
    bench = shop_with_events(magento)
    order = bench.platform.create_order(draft(), held=False)
    (notice,) = bench.platform.read_notices("order", b'{"entity_id": 31, "order_id": %s}' % order.order_id.encode())
    assert (notice.subject, notice.incomplete, notice.deleted) == (order.order_id, True, False)


def test_an_order_of_the_web_shop_is_passed_over_without_a_call(magento):
    bench = shop_with_events(magento)
    bench.lines[-1].calls.clear()
    body = b'{"entity_id": 7, "payment": {"additional_information": ["Check"]}, "items": []}'
    assert bench.platform.read_notices("order", body) == ()
    assert bench.lines[-1].calls == []


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"entity_id": "x"}'])
def test_what_names_no_order_is_unreadable(magento, body):
    with pytest.raises(Unreadable):
        shop_with_events(magento).platform.read_notices("order", body)


def test_strangers_are_turned_away(magento):
    bench = shop_with_events(magento)
    order = bench.platform.create_order(draft(), held=False)
    headers, body = delivered(bench, order.order_id)
    for wrong in ((headers, body + b" "), ({}, body), delivered(bench, order.order_id, "another")):
        with pytest.raises(Refused) as refusal:
            bench.platform.verify(*wrong)
        assert refusal.value.status == 401
    same, other = bench.platform.verify(headers, body), bench.platform.verify(headers, body)
    assert same.key == other.key


def test_a_shop_without_the_module_takes_no_webhook(magento):
    bench = magento()
    with pytest.raises(Refused):
        bench.platform.verify({"x-magento-signature": sign(b"{}", bench.SECRET)}, b"{}")
    assert bench.platform.watch(HOOKS)[0].ok


def test_watching_twice_changes_nothing_and_mends_what_was_switched_off(magento):
    bench = shop_with_events(magento)
    assert all("has been made" in finding.sentence for finding in bench.platform.watch(HOOKS))
    assert all("active" in finding.sentence for finding in bench.platform.watch(HOOKS))
    subscriptions = bench.shop.events.subscriptions
    assert len(subscriptions) == 3
    next(iter(subscriptions.values())).status = False
    assert "on again" in " ".join(finding.sentence for finding in bench.platform.watch(HOOKS))
    assert (len(subscriptions), all(row.status for row in subscriptions.values())) == (3, True)
