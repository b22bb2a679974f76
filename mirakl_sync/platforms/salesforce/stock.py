"""Where the numbers come from: inventory records, the storefront's availability, or Omnichannel Inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Refused
from mirakl_sync.platforms.remembered import Remembered
from mirakl_sync.platforms.salesforce.access import PARALLEL
from mirakl_sync.platforms.salesforce.catalogue import Instance, Omnichannel, Storefront, no_list
from mirakl_sync.platforms.salesforce.doors import PAGE
from mirakl_sync.platforms.salesforce.levels import is_sold, of_availability, of_record, unknown
from mirakl_sync.platforms.salesforce.schemas import Available, Record
from mirakl_sync.records.shop import Notice, NoticeKind, ProductFacts

FRESH = timedelta(minutes=10)
# Clocks differ, and a change may be stored a little after the date it carries.
OVERLAP = timedelta(minutes=5)
# How long what this worker saw counts as what everybody knows: meanwhile others may have asked for single SKUs.
KNOWN = timedelta(minutes=15)


class Stock(Protocol):
    """What the store says of its goods."""

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """See ``Platform.product_facts``."""

    def levels(self) -> Iterator[ProductFacts]:
        """See ``Platform.levels``."""

    def changes(self, since: datetime) -> Iterator[Notice]:
        """Products whose number or state is another than this worker last saw, or that were modified since."""

    def doubt(self, skus: Collection[str]) -> None:
        """See ``RemembersNumbers.doubt_numbers``."""


class ByRecords:
    """Implements ``Stock`` by the records of an inventory list.

    Records tell no change by date, so a poll reads the whole list and tells what differs from what this worker saw. It
    tells everything where that may not be what is known: the first time, after another worker's poll told something,
    and every quarter of an hour.
    """

    def __init__(self, instance: Instance, clock: Clock) -> None:
        self._instance = instance
        self._clock = clock
        self._remembered = Remembered()
        self._polled: datetime | None = None
        self._whole: datetime | None = None
        self._default: tuple[datetime, bool] | None = None

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """One search for the products, one call for the record of each known one, few at a time."""
        wanted = list(dict.fromkeys(skus))
        at = self._clock()
        products = self._instance.products(wanted)
        by_default = self._in_stock_by_default()
        known = [sku for sku in wanted if sku in products]
        numbers = self._numbers(known)
        told = {sku: unknown(sku, at) for sku in wanted if sku not in products}
        for sku in known:
            asked, record = numbers[sku]
            sellable = is_sold(products[sku], self._instance.site, at)
            told[sku] = of_record(sku, record, asked, sellable=sellable, by_default=by_default)
        return told

    def _numbers(self, skus: Sequence[str]) -> dict[str, tuple[datetime, Record | None]]:
        """The record of each SKU, and when it was asked for."""

        def ask(sku: str) -> tuple[datetime, Record | None]:
            asked = self._clock()
            return asked, self._instance.record(sku)

        if len(skus) < 2:
            return {sku: ask(sku) for sku in skus}
        with ThreadPoolExecutor(PARALLEL) as pool:
            return dict(zip(skus, pool.map(ask, skus), strict=True))

    def levels(self) -> Iterator[ProductFacts]:
        """Every record with its product; where the list has what it does not name in stock, every other product too."""
        by_default = self._in_stock_by_default()
        named: set[str] = set()
        for asked, records in self._pages():
            if by_default:
                named.update(record.product_id for record in records)
            yield from self._with_products(records, asked)
        if not by_default:
            return
        for product in self._instance.every_product():
            if product.product_id not in named:
                at = self._clock()
                sellable = is_sold(product, self._instance.site, at)
                yield of_record(product.product_id, None, at, sellable=sellable, by_default=True)

    def changes(self, since: datetime) -> Iterator[Notice]:
        """First products the catalogue says were modified, then records that are new or differ.

        Everything is dated by the beginning of the poll, from which the next one asks the catalogue on.
        """
        began = self._clock()
        whole = self._polled is None or self._whole is None or since > self._polled or began - self._whole > KNOWN
        if whole:
            self._remembered = Remembered()
        # until this poll was heard to its end nobody knows what was taken in
        self._polled = None
        products = self._instance.changed_products(since - OVERLAP)
        modified = {product.product_id: is_sold(product, self._instance.site, began) for product in products}
        yield from (_notice(fact, began) for fact in self._changed(modified, began))
        self._polled, self._whole = began, began if whole else self._whole

    def doubt(self, skus: Collection[str]) -> None:
        """The next poll tells these, whatever this worker saw before."""
        self._remembered.forget(skus)

    def _changed(self, modified: dict[str, bool], asked: datetime) -> Iterator[ProductFacts]:
        """What differs, or was modified (and is sold or not): no more calls for all products at once than for one."""
        for at, records in self._pages():
            marks = (of_record(r.product_id, r, at, sellable=True, by_default=False) for r in records)
            differing = {fact.sku for fact in self._remembered.changed(marks)}
            chosen = [r for r in records if r.product_id in differing or r.product_id in modified]
            for record in chosen:
                modified.pop(record.product_id, None)
            yield from self._with_products(chosen, at)
        by_default = self._in_stock_by_default()
        for sku, sellable in modified.items():
            yield of_record(sku, None, asked, sellable=sellable, by_default=by_default)

    def _pages(self) -> Iterator[tuple[datetime, list[Record]]]:
        """Pages of records, each with a moment not later than its call."""
        asked = self._clock()
        for records in self._instance.records():
            yield asked, records
            asked = self._clock()

    def _with_products(self, records: Sequence[Record], asked: datetime) -> Iterator[ProductFacts]:
        if not records:
            return
        products = self._instance.products([record.product_id for record in records])
        for record in records:
            product = products.get(record.product_id)
            if product is None:
                yield unknown(record.product_id, asked)
                continue
            sellable = is_sold(product, self._instance.site, asked)
            yield of_record(record.product_id, record, asked, sellable=sellable, by_default=False)

    def _in_stock_by_default(self) -> bool:
        """``default_in_stock`` of the list, at most some minutes old."""
        at = self._clock()
        if self._default is None or at - self._default[0] > FRESH:
            self._default = (at, self._instance.inventory_list().get("default_in_stock") is True)
        return self._default[1]


class ByOmnichannel(ByRecords):
    """Implements ``Stock`` where Omnichannel Inventory owns the numbers: it is asked directly, its read-only copies in
    the inventory list are what is listed."""

    def __init__(self, instance: Instance, omnichannel: Omnichannel, clock: Clock) -> None:
        super().__init__(instance, clock)
        self._omnichannel = omnichannel
        self._token: Mapping[str, Any] | None = None

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """One search for the products, then what may be ordered of them, a hundred to a call."""
        wanted = list(dict.fromkeys(skus))
        at = self._clock()
        products = self._instance.products(wanted)
        told = {sku: unknown(sku, at) for sku in wanted if sku not in products}
        asked = self._clock()
        available = self._omnichannel.available(list(products))
        for sku, product in products.items():
            fact = of_availability(available.get(sku, Available(sku)), asked)
            told[sku] = replace(fact, sellable=is_sold(product, self._instance.site, at))
        return told

    def _changed(self, modified: dict[str, bool], asked: datetime) -> Iterator[ProductFacts]:
        """By the deltas since the last poll; the first time, and after a token that is refused, by the whole list."""
        token, self._token = self._token, None
        skus: list[str] = []
        if token is not None:
            try:
                skus, token = self._omnichannel.deltas(token)
            except Refused:
                token = None
        if token is None:
            token = self._omnichannel.token()
            # deltas told of later numbers than the last whole list did
            self._remembered = Remembered()
            yield from super()._changed(modified, asked)
        else:
            yield from self._one_by_one(modified)
        while skus:
            yield from self.facts(skus).values()
            skus, token = self._omnichannel.deltas(token)
        # only now: a poll that ends before is made good by the whole list
        self._token = token

    def _one_by_one(self, skus: Iterable[str]) -> Iterator[ProductFacts]:
        left = iter(skus)
        while part := list(islice(left, PAGE)):
            yield from self.facts(part).values()


class ByAvailability:
    """Implements ``Stock`` by Shopper Availability, which answers questions and lists nothing."""

    def __init__(self, storefront: Storefront, clock: Clock) -> None:
        self._storefront = storefront
        self._clock = clock

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """24 to a call; those it leaves out are offline or unknown, which the catalogue tells apart."""
        wanted = list(dict.fromkeys(skus))
        at = self._clock()
        # a comma would make two ids of one
        available = self._storefront.available([sku for sku in wanted if "," not in sku])
        told: dict[str, ProductFacts] = {}
        for sku in wanted:
            if sku in available:
                told[sku] = of_availability(available[sku], at)
            elif self._storefront.product(sku) is None:
                told[sku] = unknown(sku, at)
            else:
                told[sku] = ProductFacts(sku, at, product_id=sku, quantity=0, in_stock=False, sellable=False)
        return told

    def levels(self) -> Iterator[ProductFacts]:
        """``Misconfigured``: there is no list."""
        raise no_list()

    def changes(self, since: datetime) -> Iterator[Notice]:
        """``Misconfigured``: there is no list."""
        del since
        raise no_list()

    def doubt(self, skus: Collection[str]) -> None:
        """Nothing is remembered: every answer is asked for anew."""


def _notice(fact: ProductFacts, at: datetime) -> Notice:
    return Notice(NoticeKind.PRODUCT, fact.sku, at, product=fact)
