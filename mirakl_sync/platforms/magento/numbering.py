"""Our order's number and reference in the shop. Pure.

The number is the key the shop itself keeps unique; the reference, which is never cut, decides whose order it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.records.shop import OrderReference

MARK = "mirakl_reference="
EXT_LENGTH = 32
GHOST = "mirakl-ghost"
_DIGEST = 8


def number_of(reference: OrderReference, settings: StoreSettings) -> str:
    """The order's ``increment_id``: readable, and with a digest where it would be cut or is no plain text.

    Magento cuts silently, so that long numbers that begin alike would be one.
    """
    whole = f"{settings.number_prefix}{reference.marketplace}-{reference.order_id}"
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", whole)
    if plain == whole and len(whole) <= settings.number_length:
        return whole
    return f"{plain[: settings.number_length - _DIGEST - 1]}-{_digest(reference)}"


def ext_id_of(reference: OrderReference) -> str:
    """The order's ``ext_order_id``: the marketplace's own number, as far as 32 characters go."""
    if len(reference.order_id) <= EXT_LENGTH:
        return reference.order_id
    return f"{reference.order_id[: EXT_LENGTH - _DIGEST - 1]}-{_digest(reference)}"


def ghost_number(number: str, order_id: int) -> str:
    """What an order is called that must not be taken for the sale any more."""
    return f"{number[:20]}-x{order_id}"


def mark(reference: OrderReference) -> str:
    """The line of the payment's information that names the sale."""
    return f"{MARK}{reference}"


def reference_in(told: Iterable[str]) -> OrderReference | None:
    """The sale named in a payment's information, None for an order that is not ours."""
    found = next((row.removeprefix(MARK) for row in told if row.startswith(MARK)), "")
    return OrderReference.parse(found)


def _digest(reference: OrderReference) -> str:
    return hashlib.sha256(str(reference).encode()).hexdigest()[:_DIGEST]
