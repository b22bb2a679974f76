"""Every bench the contract is asked of, one line each."""

from __future__ import annotations

from tests.platforms.bench_fake import FakeBench
from tests.platforms.bench_magento import MagentoBench, MagentoModuleBench
from tests.platforms.bench_salesforce import SalesforceBench
from tests.platforms.bench_shopify import ShopifyBench
from tests.platforms.bench_woocommerce import WooBench

BENCHES = {
    "fake": FakeBench,
    "magento": MagentoBench,
    "magento_module": MagentoModuleBench,
    "salesforce": SalesforceBench,
    "shopify": ShopifyBench,
    "woocommerce": WooBench,
}
