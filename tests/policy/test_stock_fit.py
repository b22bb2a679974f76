"""What whoever switches stock on should know, and whose word counts, in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.woocommerce.spec import WOOCOMMERCE
from mirakl_sync.policy.fit import Terms, fit
from mirakl_sync.policy.model import StockPolicy, Window
from mirakl_sync.policy.schema import read_policy
from mirakl_sync.policy.stock_fit import source_of_truth
from mirakl_sync.records.shop import Finding

SEEN_LATE = (
    "WooCommerce does not tell which numbers changed: a change is seen with the next full look, or when somebody asks."
)
ACME = Terms("Acme", window=Window(hours=Decimal(24)))


def found(
    stock: dict[str, Any], *, spec: PlatformSpec = WOOCOMMERCE, terms: Terms = ACME, **orders: Any
) -> list[Finding]:
    told = fit(read_policy({"orders": orders, "stock": {"send": True, **stock}}), spec, terms)
    return [finding for finding in told if not finding.ok]


def without(*capabilities: Capability) -> PlatformSpec:
    return replace(WOOCOMMERCE, capabilities=WOOCOMMERCE.capabilities - set(capabilities))


def test_our_defaults_fit_also_when_stock_is_sent() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("stock", "options", "subject", "words"),
    [
        ({"send_every": "30s"}, {}, "send_every", "send_every 30s is below what Acme allows: a file goes every 1m."),
        (
            {"buffer_grows": True},
            {"poll_every": "15m"},
            "buffer_grows",
            "The buffer grows with sales, but they are seen every 15m only: a rush is over before it is noticed.",
        ),
        (
            {},
            {"spec": without(Capability.PRODUCT_NOTICES)},
            "stock",
            SEEN_LATE,
        ),
        (
            {},
            {"spec": without(Capability.STOCK_LEVELS)},
            "stock",
            "WooCommerce cannot show everything it has: what vanishes there without a word stays offered.",
        ),
        (
            {"warehouses": {"Berlin": "WH-1", "": "WH-2"}},
            {},
            "warehouses",
            "WooCommerce tells no numbers by place of stock: Berlin will always be empty.",
        ),
    ],
)
def test_what_whoever_chose_it_should_know(
    stock: dict[str, Any], options: dict[str, Any], subject: str, words: str
) -> None:
    (finding,) = found(stock, **options)
    assert (finding.subject, finding.sentence, finding.blocking) == (subject, words, False)
    assert finding.way_out


def test_while_it_is_only_watched_nothing_stands_against_it() -> None:
    assert found({"send": False, "send_every": "1s", "warehouses": {"Berlin": "W"}}) == []


def test_a_marketplace_that_takes_files_as_often_as_one_likes_says_nothing_of_the_cadence() -> None:
    assert found({"send_every": "1s"}, terms=replace(ACME, files_every=timedelta())) == []


def test_the_shop_as_a_whole_may_be_mapped_and_a_shop_with_places_every_one() -> None:
    assert found({"warehouses": {"": "WH-2"}}) == []
    spec = replace(WOOCOMMERCE, capabilities=WOOCOMMERCE.capabilities | {Capability.STOCK_PLACES})
    assert found({"warehouses": {"Berlin": "WH-1"}}, spec=spec) == []


@pytest.mark.parametrize(
    ("stock", "beside", "told"),
    [
        ({}, {"brico": StockPolicy(send=True)}, "200%"),
        ({"share": "60%"}, {"brico": StockPolicy(send=True, share=Decimal("40.5"))}, "100.5%"),
        ({"share": "60%"}, {"brico": StockPolicy(send=True, share=Decimal(40))}, ""),
        ({}, {"brico": StockPolicy()}, ""),
        ({"buffer": 1}, {"brico": StockPolicy(send=True)}, ""),
        ({"buffer_grows": True}, {"brico": StockPolicy(send=True)}, ""),
        ({}, {}, ""),
    ],
)
def test_connections_that_sell_the_same_piece_twice_are_told(
    stock: dict[str, Any], beside: dict[str, StockPolicy], told: str
) -> None:
    said = [finding.sentence for finding in found(stock, terms=replace(ACME, beside=beside))]
    words = (
        f"Together with brico {told} of the shelf may be sold, and nothing is kept back: the last piece can be sold "
        "twice before the others know."
    )
    assert said == ([words] if told else [])


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (StockPolicy(), "Stock is only watched: it is read, weighed and compared, and nothing is sent to Acme"),
        (StockPolicy(send=True), "webshop counts, Acme follows: it shows what the shop has, less what is sold and"),
        (
            StockPolicy(send=True, share=Decimal("50.0"), buffer=2, buffer_grows=True),
            "shows 50% of what the shop has less 2 kept back, and as many as sell while a change is on its way, less",
        ),
        (StockPolicy(send=True), "a number somebody else sets there is overwritten with the next file."),
    ],
)
def test_whose_word_counts_is_one_sentence(policy: StockPolicy, words: str) -> None:
    finding = source_of_truth(policy, "webshop", "Acme")
    assert finding.ok
    assert words in finding.sentence


def test_a_number_somebody_else_sets_may_be_asked_about() -> None:
    policy = read_policy({"stock": {"send": True, "foreign": "ask"}}).stock
    assert "is asked about first" in source_of_truth(policy, "webshop", "Acme").sentence
