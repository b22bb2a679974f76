"""Every request we send, held against Magento's own declarations, in every version we have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.records.shop import CommissionShape, NoticeKind
from tests.contracts_magento import VERSIONS, magento_contract
from tests.platforms.bench_magento import MagentoBench
from tests.platforms.drafts import WIEN, addressed, any_draft, draft, line

# Not Magento's own: our module, the module async-events, and a page beside the API.
UNDECLARED = ("/rest/default/V1/mirakl/", "/rest/default/V1/async_event", "/magento_version")


@pytest.fixture(scope="module")
def day():
    """Two shops after a day of everything we do to them."""
    benches = [
        MagentoBench({"version": "2.4.8"}, tax_details=True, commission_sku="COMMISSION", status_released="processing"),
        MagentoBench({"module": True, "events": True}, orders_by="module", events=True, inventory="legacy"),
    ]
    for bench in benches:
        bench.add("COMMISSION", None, type="virtual")
        _live(bench)
    yield [call for bench in benches for each in bench.lines for call in each.calls]
    for bench in benches:
        bench.close()


def _live(bench: MagentoBench) -> None:
    shop, since = bench.platform, bench.now() - timedelta(seconds=2)
    shop.check()
    shop.watch("https://hooks.example/shop")
    shop.product_facts(["MUG", "TEE-S", "a,b", "a/b"])
    shapes = list(CommissionShape) if bench.settings.get("commission_sku") else [CommissionShape.DISCOUNT]
    for number in range(4):
        wanted = any_draft(number)
        order = shop.create_order(wanted, held=bool(number % 2))
        shop.release_order(order.order_id, addressed(wanted, WIEN, email="x1@relay.example"))
        bench.ship(order.order_id, "ups", "1Z", None, left=True)
    for shape in shapes:
        shop.cancel_order(shop.create_order(draft(shape=shape), held=True).order_id, "No longer wanted.")
    both = draft(line(1, "MUG", "10.00"), line(2, "BOOK", "8.00"))
    shop.create_order(both, held=True)
    shop.release_order(
        shop.create_order(both, held=True).order_id,
        addressed(draft(line(1, "MUG", "10.00"), order_id=both.reference.order_id)),
    )
    paid = addressed(draft())
    done = shop.release_order(shop.create_order(paid, held=False).order_id, paid)
    shop.cancel_order(done.order_id, "The buyer changed their mind.")
    assert len(list(shop.read_orders([order.order_id, done.order_id, "999999"]))) == 2
    assert list(shop.notices_since(NoticeKind.ORDER, since))
    assert list(shop.notices_since(NoticeKind.PRODUCT, since))
    assert list(shop.levels())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_request_is_one_magento_declares(day, version):
    contract = magento_contract(version)
    checked = 0
    for method, path, params, json in day:
        if path.startswith(UNDECLARED) or json == {}:
            continue  # an empty body is how the check asks for a right without doing anything
        if version.startswith("2.4.6") and "itemized_taxes" in str(json):
            continue  # 2.4.7 and later, and only where tax_details says so
        contract.check_request(method, path, params or {}, json)
        checked += 1
    assert checked > 80
