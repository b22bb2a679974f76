"""What a draft needs to know of the shop: its store, its regions, its generic customer. Asked once in a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.drafting import Region
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import OrderDraft

FRESH = timedelta(minutes=30)
# A name of the reserved top level domain: nothing sent there arrives anywhere.
NOWHERE = "orders.invalid"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Store:
    """The store view orders belong to."""

    id: int
    website_id: int
    base_currency: str
    country: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose orders they are; id 0 is a guest."""

    id: int
    group: int
    email: str


class ShopFacts:
    """Facts of the shop that hardly ever change, each remembered for half an hour."""

    def __init__(self, client: MagentoClient, settings: StoreSettings) -> None:
        self._client, self._settings = client, settings
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def store(self) -> Store:
        """The store view of the settings; ``Misconfigured`` names those there are."""
        return self._fresh("store", self._store)

    def sources(self) -> frozenset[str]:
        """The sources that feed the stock of the website."""
        ask = self._client
        return self._fresh("sources", lambda: frozenset(ask.sources_of(ask.stock_id(self._settings.website))))

    def regions(self, draft: OrderDraft) -> dict[tuple[str, str], Region]:
        """The region of each address of the draft, as Magento numbers it; a cart wants one even of nobody's address."""
        found = {}
        if self._settings.orders_by == "cart" and draft.billing is None and draft.shipping_address is None:
            country = self.store().country
            found[country, ""] = self._any_region(country)
        for address in (draft.billing, draft.shipping_address):
            if address is not None and address.state and address.country_code:
                found[address.country_code, address.state] = self._region(address)
        return found

    def customer(self, draft: OrderDraft) -> Customer:
        """The generic customer, made once, or a guest under the relay address, if the marketplace shows one."""
        buyer, group = draft.customer, self._settings.customer_group
        if buyer.shop_customer_id.isdigit():
            return Customer(int(buyer.shop_customer_id), group, buyer.email or self._nobody(draft))
        if buyer.generic and self._settings.generic_customer:
            return self._fresh("customer", self._generic)
        return Customer(0, group, buyer.email or self._nobody(draft))

    def _nobody(self, draft: OrderDraft) -> str:
        return f"{draft.reference.marketplace}@{NOWHERE}"

    def _fresh(self, name: str, ask: Callable[[], T]) -> T:
        at = self._client.clock()
        kept = self._kept.get(name)
        if kept is None or at - kept[0] > FRESH:
            kept = (at, ask())
            self._kept[name] = kept
        return kept[1]

    def _store(self) -> Store:
        rows = {str(row.get("code")): row for row in self._client.stores()}
        row = rows.get(self._settings.store_code)
        if row is None:
            raise Misconfigured(
                f"The shop has no store view {self._settings.store_code}.",
                way_out=f"Set store_code to one of {', '.join(sorted(rows))}.",
            )
        locale = str(row.get("locale") or "")
        country = self._settings.country or (locale.rpartition("_")[2] if "_" in locale else "")
        return Store(
            _whole(row.get("id")), _whole(row.get("website_id")), str(row.get("base_currency_code") or ""), country
        )

    def _any_region(self, code: str) -> Region:
        country = self._fresh(f"country {code}", lambda: self._client.country(code) or {})
        row: Mapping[str, Any] = next(iter(country.get("available_regions") or ()), {})
        return Region(str(row.get("name") or ""), str(row.get("code") or ""), _whole(row.get("id")))

    def _region(self, address: Address) -> Region:
        country = self._fresh(
            f"country {address.country_code}", lambda: self._client.country(address.country_code) or {}
        )
        wanted = address.state.casefold()
        for row in country.get("available_regions") or ():
            code, name = str(row.get("code") or ""), str(row.get("name") or "")
            if wanted in (code.casefold(), name.casefold(), code.rpartition("-")[2].casefold()):
                return Region(name or address.state, code, _whole(row.get("id")))
        return Region(address.state)

    def _generic(self) -> Customer:
        """Found by its address, or made without a password. Two who make it at once find the same one."""
        email = self._settings.generic_customer
        found = self._client.customer(email)
        if found is None:
            try:
                found = self._client.create_customer(self._new_customer(email))
            except Refused as error:
                if error.code != "customer_exists":
                    raise
                found = self._client.customer(email)
        if found is None:
            raise Misconfigured(
                f"The shop says that it has the customer {email}, and does not show it.",
                way_out="Give the integration the right to see customers, or name another generic_customer.",
            )
        return Customer(_whole(found.get("id")), _whole(found.get("group_id")) or self._settings.customer_group, email)

    def _new_customer(self, email: str) -> Mapping[str, Any]:
        store = self.store()
        body: dict[str, Any] = {"email": email, "firstname": "Marketplace", "lastname": "Orders"}
        body |= {"website_id": store.website_id, "store_id": store.id}
        return body | ({"group_id": self._settings.customer_group} if self._settings.customer_group else {})


def _whole(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0
