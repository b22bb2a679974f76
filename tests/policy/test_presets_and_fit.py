"""What stands against a policy, in sentences; and the advice of the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.woocommerce.spec import WOOCOMMERCE
from mirakl_sync.policy.fit import Terms, blocking, fit
from mirakl_sync.policy.model import OrderPolicy, Policy, Window
from mirakl_sync.policy.presets import presets, with_preset
from mirakl_sync.policy.schema import read_policy
from mirakl_sync.records.shop import Finding

DAY = Window(hours=Decimal(24))
ACME = Terms("Acme", window=DAY)


def found(spec: PlatformSpec = WOOCOMMERCE, terms: Terms = ACME, **orders: Any) -> list[Finding]:
    return fit(read_policy({"orders": orders}), spec, terms)


def without(*capabilities: Capability) -> PlatformSpec:
    return replace(WOOCOMMERCE, capabilities=WOOCOMMERCE.capabilities - set(capabilities))


def test_our_defaults_fit_a_marketplace_whose_window_is_known() -> None:
    assert found() == [Finding(True, "policy", "The policy fits WooCommerce and Acme.")]


@pytest.mark.parametrize(
    ("spec", "orders", "subject"),
    [
        (without(Capability.CREATE_ORDERS), {}, "orders"),
        (without(Capability.PRODUCT_FACTS), {}, "orders"),
        (without(Capability.FIND_BY_REFERENCE), {}, "orders"),
        (without(Capability.HOLD_ORDERS), {"accept": "create_first"}, "accept"),
        (without(Capability.COMMISSION_LINE), {"commission": "line"}, "commission"),
        (without(Capability.COMMISSION_DISCOUNT), {"commission": "discount"}, "commission"),
        (without(Capability.COMMISSION_ATTRIBUTE), {"commission": "attribute"}, "commission"),
        (WOOCOMMERCE, {"poll_every": "30s"}, "poll_every"),
        (WOOCOMMERCE, {"proof_fresh": "1h", "proof_valid": "5m"}, "proof_valid"),
    ],
)
def test_what_does_not_fit_blocks(spec: PlatformSpec, orders: dict[str, Any], subject: str) -> None:
    stopped = blocking(found(spec, **orders))
    assert [finding.subject for finding in stopped] == [subject]
    assert stopped[0].way_out


def test_a_key_of_our_choosing_replaces_the_search_by_reference() -> None:
    spec = without(Capability.FIND_BY_REFERENCE)
    assert not blocking(found(replace(spec, capabilities=spec.capabilities | {Capability.CLIENT_KEY})))


def test_no_commission_needs_no_capability() -> None:
    spec = without(Capability.COMMISSION_LINE, Capability.COMMISSION_DISCOUNT, Capability.COMMISSION_ATTRIBUTE)
    assert [finding.ok for finding in found(spec, commission="none")] == [True]


def test_an_external_partner_may_ask_every_quarter_of_an_hour_only() -> None:
    terms = Terms("Acme", window=DAY, ask_every=timedelta(minutes=15), caller="external_partner")
    (finding,) = found(terms=terms)
    assert finding.blocking
    assert finding.sentence == "poll_every 1m is below what Acme allows an external partner: 15m."
    assert not blocking(found(terms=terms, poll_every="15m"))


def test_an_unknown_window_is_said_loudly_but_does_not_block() -> None:
    (finding,) = found(terms=Terms("Acme"))
    assert (finding.ok, finding.blocking, finding.subject) == (False, False, "window")
    assert "the watch over deadlines is off" in finding.sentence


@pytest.mark.parametrize(
    "terms", [Terms("B&Q", accepts_by_itself=True), Terms("X", facts={"order_acceptance": "AUTOMATIC"})]
)
def test_a_marketplace_that_accepts_by_itself_needs_no_window(terms: Terms) -> None:
    assert [finding.subject for finding in found(terms=terms)] == ["accept"]
    assert "nothing can be refused" in found(terms=terms)[0].sentence


@pytest.mark.parametrize(
    ("orders", "subject", "words"),
    [
        ({"commission": "line"}, "commission", "changes what the shop believes was sold and taxed"),
        ({"commission": "discount"}, "commission", "changes what the shop believes was sold and taxed"),
        ({"customer": "proxy_email"}, "customer", "when staff complete or refund the order"),
        ({"unanswered": "leave"}, "unanswered", "lets the order lapse"),
        ({"accept": "create_first", "when_time_runs_out": "leave"}, "when_time_runs_out", "the order lapses"),
        ({"poll_every": "6h"}, "poll_every", "a fifth of the 1d to answer is gone"),
    ],
)
def test_what_whoever_chose_it_should_know(orders: dict[str, Any], subject: str, words: str) -> None:
    (finding,) = found(**orders)
    assert (finding.ok, finding.blocking, finding.subject) == (False, False, subject)
    assert words in finding.sentence


def test_a_shop_without_stock_management_holds_nothing() -> None:
    policy = read_policy({"orders": {"accept": "create_first"}})
    stock = Finding(False, "stock", "The shop does not manage stock, so orders reserve nothing.")
    assert [one.subject for one in fit(policy, WOOCOMMERCE, ACME, [stock])] == ["accept"]
    assert fit(policy, WOOCOMMERCE, ACME, [replace(stock, ok=True)])[0].ok


@pytest.mark.parametrize("key", presets())
def test_every_preset_is_a_policy(key: str) -> None:
    assert read_policy({"orders": with_preset(key, {})}) != Policy(orders=OrderPolicy())


def test_the_files_own_keys_win_over_the_preset() -> None:
    orders = with_preset("woocommerce", {"commission": "none"})
    assert (orders["accept"], orders["commission"]) == ("create_first", "none")
    assert with_preset("", {"accept": "accept_first"}) == {"accept": "accept_first"}


def test_an_unknown_preset_names_the_known() -> None:
    with pytest.raises(Misconfigured) as refused:
        with_preset("bigcommerce", {})
    assert refused.value.way_out == "Known are woocommerce, magento, shopify, salesforce; or leave it out."
