"""Webhooks and the poll of a WooCommerce shop."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.platforms.woocommerce.client import stamp
from mirakl_sync.platforms.woocommerce.notices import read_notices, verify
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.woocommerce.catalogue import seed
from tests.platforms.drafts import draft, line
from tests.platforms.woocommerce.recorded import recorded

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(topic: str, payload: object):
    body = payload if isinstance(payload, bytes) else json.dumps(payload, default=float).encode()
    return read_notices(topic, body, StoreSettings(), "https://shop.example", NOW, None)


def test_a_real_signature_is_accepted_in_any_spelling_of_the_header():
    vector = recorded("vector-webhook-signature")
    headers = {"x-WC-webhook-SIGNATURE": vector["signature"], "X-Wc-Webhook-Topic": "product.updated"}
    delivery = verify(headers, vector["raw_body"].encode(), vector["secret"])
    assert (delivery.topic, delivery.greeting) == ("product.updated", False)
    assert delivery.key.startswith("product.updated:11:")


def test_the_greeting_of_a_new_webhook_needs_no_signature_and_no_secret():
    assert verify({"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=12", "").greeting


@pytest.mark.parametrize("body", [b"webhook_id=12&x=1", b"webhook_id=abc", b"{}"])
def test_nothing_else_passes_as_a_greeting(body):
    with pytest.raises(Refused):
        verify({}, body, "secret")


def test_a_topic_header_makes_a_greeting_an_unsigned_delivery():
    with pytest.raises(Refused):
        verify({"X-WC-Webhook-Topic": "order.updated"}, b"webhook_id=12", "secret")


def test_without_a_secret_nobody_is_believed():
    with pytest.raises(Misconfigured):
        verify({"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Signature": "x"}, b"{}", "")


def test_a_signature_of_odd_letters_is_refused_like_any_other():
    with pytest.raises(Refused):
        verify({"X-WC-Webhook-Signature": "ключ"}, b"{}", "secret")


def test_an_order_of_somebody_else_is_passed_over():
    assert read("order.updated", recorded("40-wh-order.updated-17")["request"]["body"]) == ()


def test_a_deleted_order_names_only_its_number():
    (notice,) = read("order.deleted", recorded("45-wh-order.deleted-17")["request"]["body"])
    assert (notice.kind, notice.subject, notice.deleted) == (NoticeKind.ORDER, "17", True)


def test_a_product_webhook_carries_what_the_shop_said_and_when():
    (notice,) = read("product.updated", recorded("41-wh-product.updated-11")["request"]["body"])
    assert (notice.product.sku, notice.product.quantity, notice.product.matches) == ("MUG-1", 6, 1)
    assert notice.observed_at == datetime(2026, 11, 20, 19, 8, 23, tzinfo=UTC)


def test_a_variation_names_its_parent_too():
    (notice,) = read("product.updated", recorded("41-wh-product.updated-13")["request"]["body"])
    assert notice.product.product_id == "12/13"


def test_a_webhook_whose_user_lost_the_right_is_a_setting_to_mend():
    with pytest.raises(Misconfigured, match="woocommerce_rest_cannot_view"):
        read("order.updated", {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": 401}})


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b'{"id": "x"}', b'{"id": 3}'])
def test_a_body_that_is_no_order_is_kept_for_a_developer(body):
    with pytest.raises(Unreadable) as unreadable:
        read("order.updated", body)
    assert unreadable.value.payload is not None


def test_topics_we_do_not_use_say_nothing():
    assert read("coupon.updated", {"id": 3}) == ()
    assert read("action.woocommerce_x", b"?") == ()


def test_dates_are_sent_in_the_only_safe_form():
    at = datetime(2026, 11, 21, 13, 0, 5, 999999, tzinfo=UTC).astimezone()
    assert stamp(at) == "2026-11-21T13:00:05"


def test_the_poll_survives_more_orders_in_one_second_than_a_page_holds(woo):
    bench = woo(taxes="exempt")
    since = bench.shop.now() - timedelta(seconds=1)
    frozen = bench.shop.now()
    bench.shop.now = lambda: frozen
    made = {bench.platform.create_order(draft(), held=False).order_id for _ in range(130)}
    told = [notice.subject for notice in bench.platform.notices_since(NoticeKind.ORDER, since)]
    assert sorted(told) == sorted(made)


def test_the_poll_sees_the_second_it_starts_in(woo):
    bench = woo()
    order = bench.platform.create_order(draft(), held=False)
    again = bench.platform.notices_since(NoticeKind.ORDER, order.modified_at)
    assert [notice.subject for notice in again] == [order.order_id]


def test_the_poll_tells_of_orders_thrown_away(woo):
    bench = woo()
    order = bench.platform.create_order(draft(), held=False)
    bench.staff(order.order_id, "trash")
    (notice,) = bench.platform.notices_since(NoticeKind.ORDER, order.modified_at)
    assert (notice.deleted, notice.order.canceled) == (True, True)


@pytest.mark.parametrize("version", ["11.0.1", "9.9.5"])
def test_a_sold_variation_is_noticed_with_and_without_a_list_of_variations(woo, version):
    bench = woo({"version": version})
    since = bench.shop.now()
    bench.platform.create_order(draft(line(1, "TEE-S", "19.95")), held=True)
    told = {
        n.product.sku: n.product.quantity for n in bench.platform.notices_since(NoticeKind.PRODUCT, since) if n.product
    }
    assert told["TEE-S"] == 999


def test_stock_counted_on_the_parent_is_told_for_every_variation(woo):
    bench = woo()
    children = [{"sku": sku, "price": "9.90", "stock": 5, "manage_stock": "parent"} for sku in ("CAP-R", "CAP-B")]
    seed(bench.shop, {"sku": "CAP", "stock": 5, "variations": children})
    told = list(bench.platform.notices_since(NoticeKind.PRODUCT, bench.shop.now() - timedelta(seconds=2)))
    assert {"CAP-R", "CAP-B"} <= {notice.product.sku for notice in told if notice.product}


def test_the_shops_own_deliveries_pass_our_door(woo, hooks_sink):
    bench = woo({"webhook_seconds": 0.0})
    assert all(finding.ok for finding in bench.platform.watch(hooks_sink.url))
    order = bench.platform.create_order(draft(), held=False)
    bench.shop.queue.deliver_due(everything=True)
    deliveries = [(bench.platform.verify(headers, body), body) for headers, body in hooks_sink.taken]
    assert sum(delivery.greeting for delivery, _ in deliveries) == 6
    said = [n for d, body in deliveries if not d.greeting for n in bench.platform.read_notices(d.topic, body)]
    assert [notice.subject for notice in said] == [order.order_id]


def test_a_webhook_the_shop_switched_off_is_made_anew(woo):
    bench = woo()
    bench.platform.watch("https://hooks.example/shop")
    first = next(iter(bench.shop.store.webhooks.values()))
    first.status = "disabled"
    said = [finding.sentence for finding in bench.platform.watch("https://hooks.example/shop")]
    assert [words for words in said if "made anew" in words] == [
        f"The webhook {first.topic} was switched off by the shop and has been made anew."
    ]
    assert first.id not in bench.shop.store.webhooks
    assert len(bench.shop.store.webhooks) == 6


def test_an_address_the_shop_refuses_is_said(woo):
    findings = woo().platform.watch("ftp://hooks.example")
    assert not any(finding.ok for finding in findings)
    assert "https" in findings[0].way_out
