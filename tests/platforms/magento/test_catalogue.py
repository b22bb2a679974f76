"""Products behind the lines of orders, remembered for a while by threads that place orders at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from mirakl_sync.platforms.magento import catalogue
from mirakl_sync.platforms.magento.catalogue import Catalogue
from mirakl_sync.platforms.magento.schemas import Product
from mirakl_sync.platforms.magento.settings import StoreSettings
from tests.platforms.drafts import draft, line


class Client:
    """A shop that has every SKU; ``asked`` are those it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def clock(self) -> datetime:
        return self.now

    def products(self, skus: Sequence[str]) -> Iterator[Product]:
        self.asked += skus
        return iter([Product(1, sku) for sku in skus])


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def of(client) -> Catalogue:
    return Catalogue(client, None, StoreSettings())  # type: ignore[arg-type]  # as much of a shop as is asked


def test_another_thread_that_forgets_meanwhile_disturbs_no_order(of, client):
    of.products(draft(line(1, "MUG", "1.00"), line(2, "TEE", "1.00")))

    class Interrupted(datetime):
        """Whoever compares it is interrupted by another thread."""

        def __sub__(self, other):
            of.forget(["MUG"])
            return super().__sub__(other)

    client.now = Interrupted(2026, 11, 20, 12, tzinfo=UTC)
    told = of.products(draft(line(1, "MUG", "1.00"), line(2, "TEE", "1.00")))
    assert [told[sku].sku for sku in ("MUG", "TEE")] == ["MUG", "TEE"]


def test_a_product_is_asked_for_once(of, client):
    for sku in ("MUG", "mug", "MUG"):
        assert of.products(draft(line(1, sku, "1.00")))[sku].sku == "MUG"
    assert client.asked == ["MUG"]


def test_what_was_forgotten_is_asked_for_again(of, client):
    for _ in range(2):
        of.products(draft(line(1, "MUG", "1.00")))
        of.forget(["MUG"])
    assert client.asked == ["MUG", "MUG"]


def test_only_so_many_are_remembered(of, client, monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_REMEMBERED", 3)
    for sku in ("A", "B", "C", "D", "A"):
        of.products(draft(line(1, sku, "1.00")))
    assert client.asked == ["A", "B", "C", "D", "A"]
