"""Every request we send, held against the vendor's own contracts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from mirakl_sync.records.shop import NoticeKind
from tests.contracts import salesforce_contract
from tests.platforms.bench_salesforce import SalesforceBench
from tests.platforms.drafts import WIEN, addressed, any_draft, draft

FAMILIES = {
    "/checkout/orders/v1": "orders",
    "/product/products/v1": "products",
    "/product/shopper-availability/v1": "shopper-availability",
    "/s/-/dw/data/v25_6": "data",
}
# No contract of these could be had: the logins are forms, the Shop API and OCI have none that is published.
UNDECLARED = ("/dwsso/", "/shopper/auth/", "/s/RefArch/dw/shop/", "/inventory/availability/")


def a_day(bench):
    """Everything we do to a site."""
    platform, since = bench.platform, bench.now() - timedelta(seconds=2)
    platform.check()
    platform.product_facts(["MUG", "TEE-S", "a,b", "n o"])
    for number in range(6):
        wanted = addressed(any_draft(number))
        order = platform.create_order(wanted, held=False)
        platform.release_order(order.order_id, addressed(wanted, WIEN, email="x1@relay.example"))
    platform.cancel_order(platform.create_order(addressed(draft()), held=False).order_id, "No longer wanted.")
    assert len(list(platform.read_orders([order.order_id, "NO-1"]))) == 1
    platform.find_order(draft().reference, since=since)
    bench.pass_time(5)
    assert list(platform.notices_since(NoticeKind.ORDER, since))
    if bench.settings.get("inventory") != "availability":
        assert list(platform.notices_since(NoticeKind.PRODUCT, since))
        assert list(platform.levels())
    return [call for line in bench.lines for call in line.calls]


@pytest.mark.parametrize(
    ("shop", "settings", "used"),
    [
        ({}, {}, {"orders", "data"}),
        ({"taxation": "net"}, {"taxation": "net", "door": "ocapi"}, {"orders", "data"}),
        ({}, {"inventory": "availability"}, {"orders", "products", "shopper-availability", "data"}),
    ],
    ids=["usual", "older door, net", "availability"],
)
def test_every_request_is_one_the_vendor_declares(shop, settings, used):
    bench = SalesforceBench(shop, **settings)
    try:
        calls = a_day(bench)
    finally:
        bench.close()
    checked: Counter[str] = Counter()
    for method, path, params, json in calls:
        if path.startswith(UNDECLARED):
            continue
        if json == {} and path.endswith("/orders"):
            continue  # the check's knock: it must be refused
        family = next(name for start, name in FAMILIES.items() if path.startswith(start))
        salesforce_contract(family).check_request(method, path, params or {}, json)
        checked[family] += 1
    assert used - {"data"} <= set(checked)
    assert sum(checked.values()) > 40
