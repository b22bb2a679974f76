"""The parcels of an order, from what plugins leave in its fields: every answer, list row and webhook carries them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from mirakl_sync.platforms.woocommerce.schemas import Line, ShopOrder
from mirakl_sync.platforms.woocommerce.tracking_fields import Piece, Told, whole
from mirakl_sync.platforms.woocommerce.tracking_plugins import READERS
from mirakl_sync.records.shipment import Parcel, ParcelLine

LINE_ID = "_mirakl_order_line_id"
LONGEST_ID = 64

log = logging.getLogger(__name__)


def parcels_of(order: ShopOrder) -> tuple[Parcel, ...]:
    """Every parcel any known plugin tells of, each number once, in the order of the plugins' table.

    What cannot be read is as if it were not there, and is said once in the log: a plugin's mistake never stops an
    order. A parcel that holds nothing of the marketplace's sale (a gift staff added) is left out.
    """
    kept: list[Parcel] = []
    for name, reader in READERS.items():
        told = list(reader(order))
        if None in told:
            _complain(order.id, name)
        known = {_bare(parcel.number) for parcel in kept if parcel.number}
        found = _parcels(order, (each for each in told if each is not None))
        kept += [parcel for parcel in _one_of_each(found) if _bare(parcel.number) not in known]
    return tuple(kept)


def _parcels(order: ShopOrder, told: Iterable[Told]) -> Iterator[Parcel]:
    for each in told:
        lines = _lines(order, each.pieces) if each.pieces else None
        if (each.number or each.url or each.carrier) and lines != ():
            yield Parcel(_parcel_id(each), each.carrier, each.number, each.url, each.left_at, lines)


def _parcel_id(told: Told) -> str:
    """The plugin's own id, where it is one; else made of what the parcel is called."""
    if told.key:
        return told.key if len(told.key) <= LONGEST_ID else _digest(told.key)
    return _digest(told.carrier, told.number or told.url)


def _lines(order: ShopOrder, pieces: Iterable[Piece]) -> tuple[ParcelLine, ...] | None:
    """Our lines among the pieces, never more of one than was sold; None where no piece is a line of this order."""
    inside: dict[int, int] = {}
    named = False
    for piece in pieces:
        left = piece.quantity
        for line in _candidates(order, piece):
            named = True
            taken = min(left, max(0, _sold(line, left) - inside.get(line.id, 0)))
            inside[line.id] = inside.get(line.id, 0) + taken
            left -= taken
    if not named:
        return None
    ours = ((str(line.meta.get(LINE_ID) or ""), inside.get(line.id, 0)) for line in order.lines)
    return tuple(ParcelLine(line_id, quantity) for line_id, quantity in ours if line_id and quantity)


def _candidates(order: ShopOrder, piece: Piece) -> list[Line]:
    """The line of that id; without one, the lines that sell the product, which a product may do more than once."""
    by_id = [line for line in order.lines if str(line.id) == piece.item]
    if by_id or piece.product in ("", "0"):  # 0 is a product the shop does not know, and no variation
        return by_id
    return [line for line in order.lines if piece.product in (str(line.product_id), str(line.variation_id))]


def _sold(line: Line, otherwise: int) -> int:
    quantity = whole(line.quantity)
    return otherwise if quantity is None else quantity


def _one_of_each(parcels: Iterable[Parcel]) -> Iterable[Parcel]:
    """Equal entries are one parcel; an id used again for another number gets one of its own."""
    kept: dict[str, Parcel] = {}
    for parcel in parcels:
        own = parcel
        if parcel.parcel_id in kept and not _same(kept[parcel.parcel_id], parcel):
            own = replace(parcel, parcel_id=_digest(parcel.parcel_id, parcel.carrier, parcel.number))
        kept[own.parcel_id] = _joined(kept[own.parcel_id], own) if own.parcel_id in kept else own
    return kept.values()


def _same(one: Parcel, other: Parcel) -> bool:
    return (one.carrier, one.number) == (other.carrier, other.number)


def _joined(first: Parcel, second: Parcel) -> Parcel:
    """One parcel told twice, as plugins do that write an entry per item."""
    if first.lines is None or second.lines is None:
        lines = first.lines or second.lines
    else:
        inside = {line.line_id: line.quantity for line in first.lines}
        for line in second.lines:
            inside[line.line_id] = max(line.quantity, inside.get(line.line_id, 0))
        lines = tuple(ParcelLine(line_id, quantity) for line_id, quantity in inside.items())
    return replace(first, url=first.url or second.url, left_at=first.left_at or second.left_at, lines=lines)


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _bare(number: str) -> str:
    return "".join(number.split()).casefold()


@lru_cache(maxsize=1024)
def _complain(order_id: int, plugin: str) -> None:
    """Once per order: the poll shows it again and again."""
    log.warning("WooCommerce order %s: not everything %s wrote can be read as parcels.", order_id, plugin)
