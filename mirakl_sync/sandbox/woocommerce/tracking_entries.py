"""The entries the two tracking plugins keep in an order's meta, read (reference 7.1)."""

from __future__ import annotations

import re
from typing import Any

from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.store import meta_value

KEY = "_wc_shipment_tracking_items"
PROVIDERS: dict[str, dict[str, str]] = {
    "Austria": {"post.at": "https://www.post.at/sv/sendungsdetails?snr=%1$s", "dhl.at": "https://www.dhl.at/%1$s"},
    "France": {"Colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code=%1$s"},
    "Germany": {
        "DHL Intraship (DE)": "https://www.dhl.de/de/privatkunden.html?piececode=%1$s",
        "DPD.de": "https://tracking.dpd.de/parcelstatus?query=%1$s&locale=en_DE",
        "Hermes": "https://www.myhermes.de/empfangen/sendungsverfolgung/#/%1$s",
        "UPS Germany": "https://www.ups.com/track?loc=de_DE&tracknum=%1$s",
    },
    "Spain": {"Correos": "https://www.correos.es/localizador?numero=%1$s", "SEUR": "https://www.seur.com/?ref=%1$s"},
    "United States": {"UPS": "https://www.ups.com/track?loc=en_US&tracknum=%1$s"},
}
LINKS = {provider: link for providers in PROVIDERS.values() for provider, link in providers.items()}


def slug(name: str) -> str:
    """The name of a provider as WordPress shortens it: `DPD.de` is `dpd-de`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


SLUGS = {slug(provider): provider for provider in LINKS}


def tracked(order: Order) -> list[dict[str, Any]]:
    """The entries of an order, oldest first; what is no entry in the meta the plugins pass over too."""
    kept = meta_value(order.meta, KEY)
    return [dict(entry) for entry in kept if isinstance(entry, dict)] if isinstance(kept, list) else []


def inside_of(entry: dict[str, Any]) -> list[dict[str, str]]:
    """AST's `products_list`; it is an empty text where nobody said what is inside."""
    kept = entry.get("products_list")
    return [piece for piece in kept if isinstance(piece, dict)] if isinstance(kept, list) else []


def number_of(entry: dict[str, Any]) -> str:
    return str(entry.get("tracking_number", ""))


def provider_of(entry: dict[str, Any]) -> str:
    """The carrier as people read it."""
    told = entry.get("tracking_provider") or entry.get("custom_tracking_provider") or ""
    return SLUGS.get(str(told), str(told))


def link_of(entry: dict[str, Any]) -> str:
    """Where the parcel can be followed; empty where nobody said."""
    link = LINKS.get(provider_of(entry)) or str(entry.get("custom_tracking_link") or "")
    return link.replace("%1$s", number_of(entry)).replace("%number%", number_of(entry))


def parcels(order: Order) -> list[dict[str, Any]]:
    """Carrier as people read it, number, link, and the pieces by the shop's line ids where the plugin knows them."""
    return [
        {
            "tracking_id": entry.get("tracking_id", ""),
            "carrier": provider_of(entry),
            "number": number_of(entry),
            "link": link_of(entry),
            "items": [
                {"line_id": _line_id(order, piece), "quantity": int(piece.get("qty") or 0)}
                for piece in inside_of(entry)
            ],
        }
        for entry in tracked(order)
    ]


def _line_id(order: Order, piece: dict[str, str]) -> int | None:
    """The line itself, or the first that sells the product."""
    if piece.get("item_id"):
        return int(piece["item_id"])
    return next((line.id for line in order.lines if str(line.sold_id) == piece.get("product")), None)
