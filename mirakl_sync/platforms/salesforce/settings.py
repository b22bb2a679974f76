"""What a seller may choose about a B2C Commerce site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.choices import read_choices

SENTENCES = {
    "organization": "The organization id, f_ecom_{realm}_{instance}: Business Manager, Administration, Site "
    "Development, Salesforce Commerce API Settings.",
    "site": "The id of the site whose orders and products these are.",
    "account_url": "Where the API client logs in; https://account.demandware.com unless Salesforce told you another.",
    "ocapi_url": "https:// and the host of the instance, for inventory records and the older doors.",
    "door": "scapi (default) or ocapi: the door by which orders are read and their statuses set. Orders are always "
    "made by SCAPI.",
    "inventory": "ocapi_records (default): the inventory list's records. availability: Shopper Availability, which "
    "cannot list. oci: Omnichannel Inventory.",
    "inventory_list": "The id of the inventory list of the site.",
    "oci_organization": "The tenant group id that Omnichannel Inventory gave you.",
    "oci_group": "The Omnichannel Inventory location group that the site sells from.",
    "taxation": "gross (default) or net: the taxation policy of the site.",
    "number_prefix": "How our order numbers begin; MKP-. At most 15 letters, digits, - or _.",
    "payment_method": "The payment method written on our orders; MARKETPLACE.",
    "shipping_method": "The shipping method written on our orders; empty: the marketplace's own name for it.",
    "shipping_methods": "A table: the marketplace's name of a shipping type, and the shipping method to write for it.",
    "attributes": "A table: reference, line, order, commission, buyer_email, note, or the name of a value our orders "
    "show (marketplace_gross ...), and the custom attribute that holds it, c_ and its id. Empty: not written.",
    "subtract_until": "Until when our orders are taken off the site's number: exported (default), shipped, or never "
    "where the site takes them off itself at once.",
    "tracking_separator": "What stands between several tracking numbers; a comma.",
    "carrier_attribute": "The custom attribute of the shipment or order that names the carrier; several like the "
    "numbers.",
    "url_attribute": "The custom attribute that holds the tracking address.",
    "parcels_attribute": "The custom attribute that holds all parcels as JSON.",
    "carriers": "A table: a shipping method's id, and its carrier where no attribute names one.",
    "cancelled_attribute": "The custom attribute of a line that counts its cancelled pieces.",
    "refunded_attribute": "The custom attribute of a line, or of the order, that adds up the money given back.",
    "poll_every": "Seconds between two polls for changes; a poll of stock reads the whole inventory list.",
    "full_look_every": "Seconds between two looks at every SKU.",
    "look_after": "Seconds an order may stay invisible after an unanswered call.",
}

CHOICES = {
    "door": ("scapi", "ocapi"),
    "inventory": ("ocapi_records", "availability", "oci"),
    "taxation": ("gross", "net"),
    "subtract_until": ("exported", "shipped", "never"),
}

ATTRIBUTES = {
    "reference": "c_miraklReference",
    "line": "c_miraklLineId",
    "order": "c_miraklOrderId",
    "commission": "c_miraklCommission",
    "buyer_email": "c_buyerEmail",
}

LOOK_AFTER = timedelta(minutes=2)
_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,15}")
_ATTRIBUTE = re.compile(r"c_\w+")
_SINGLE = ("carrier_attribute", "url_attribute", "parcels_attribute", "cancelled_attribute", "refunded_attribute")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The settings of one site, checked. Names as in ``SENTENCES``."""

    organization: str = ""
    site: str = ""
    account_url: str = "https://account.demandware.com"
    ocapi_url: str = ""
    door: str = "scapi"
    inventory: str = "ocapi_records"
    inventory_list: str = ""
    oci_organization: str = ""
    oci_group: str = ""
    taxation: str = "gross"
    number_prefix: str = "MKP-"
    payment_method: str = "MARKETPLACE"
    shipping_method: str = ""
    shipping_methods: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    subtract_until: str = "exported"
    tracking_separator: str = ","
    carrier_attribute: str = ""
    url_attribute: str = ""
    parcels_attribute: str = ""
    carriers: dict[str, str] = field(default_factory=dict)
    cancelled_attribute: str = ""
    refunded_attribute: str = ""
    poll_every: int = 60
    full_look_every: int = 86_400
    look_after: int = int(LOOK_AFTER.total_seconds())

    def attribute(self, name: str) -> str:
        """The custom attribute that holds a value of ours; empty where it is not written."""
        return self.attributes.get(name, ATTRIBUTES.get(name, ""))

    @property
    def tenant(self) -> str:
        """The organization as scopes name it: ``zzte_053``."""
        return self.organization.removeprefix("f_ecom_")

    @property
    def by_records(self) -> bool:
        """Whether the inventory list's records are read, which OCI leaves readable."""
        return self.inventory != "availability"


def read_settings(given: Mapping[str, Any]) -> StoreSettings:
    """Settings of a store as typed values; ``Misconfigured`` names the one that is missing or cannot be."""
    settings = read_choices(StoreSettings, given, label="Salesforce", sentences=SENTENCES, choices=CHOICES)
    for name in _needed(settings):
        if not getattr(settings, name):
            raise Misconfigured(f"The Salesforce store has no setting {name}.", way_out=SENTENCES[name])
    if not _PREFIX.fullmatch(settings.number_prefix):
        raise _cannot("number_prefix", settings.number_prefix)
    if not settings.tracking_separator:
        raise _cannot("tracking_separator", settings.tracking_separator)
    if not settings.attribute("reference") or not settings.attribute("line"):
        raise Misconfigured(
            "The Salesforce setting attributes must name reference and line.", way_out=SENTENCES["attributes"]
        )
    named = {name: getattr(settings, name) for name in _SINGLE} | settings.attributes
    for name, attribute in named.items():
        if attribute and not _ATTRIBUTE.fullmatch(attribute):
            raise _cannot(name if name in _SINGLE else f"attributes.{name}", attribute)
    return settings


def _needed(settings: StoreSettings) -> tuple[str, ...]:
    needed = ["organization", "site"]
    if settings.by_records:
        needed += ["inventory_list"]
    if settings.by_records or settings.door == "ocapi":
        needed += ["ocapi_url"]
    if settings.inventory == "oci":
        needed += ["oci_organization", "oci_group"]
    return tuple(needed)


def _cannot(name: str, value: str) -> Misconfigured:
    way_out = SENTENCES.get(name, "A custom attribute is written as c_ and its id, as in c_miraklReference.")
    return Misconfigured(f"The Salesforce setting {name} cannot be {value!r}.", way_out=way_out)
