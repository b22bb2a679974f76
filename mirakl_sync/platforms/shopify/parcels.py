"""Parcels, from fulfilments: one per tracking number. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.platforms.shopify.told import Fulfillment, ShopOrder
from mirakl_sync.records.shipment import Parcel, ParcelLine

SUCCESS = "SUCCESS"


def parcels_of(order: ShopOrder, ids: Mapping[str, str]) -> tuple[Parcel, ...]:
    """Every parcel on its way; ``ids`` are Mirakl's of the shop's lines.

    One that holds nothing of the marketplace's sale (a gift staff added) is left out, and so is a fulfilment without
    carrier, number and address: what it sent is told by the order's own state. Numbers may come after it.
    """
    return tuple(parcel for each in order.fulfillments if each.status == SUCCESS for parcel in _parcels(each, ids))


def _parcels(sent: Fulfillment, ids: Mapping[str, str]) -> Iterator[Parcel]:
    inside: Counter[str] = Counter()
    for line, quantity in sent.inside:
        inside[ids.get(line, "")] += quantity
    ours = tuple(ParcelLine(line, quantity) for line, quantity in inside.items() if line and quantity)
    if sent.inside and not ours:
        return
    told = [each for each in sent.tracked if each.company or each.number or each.url]
    for place, each in enumerate(told):
        yield Parcel(
            parcel_id=number(sent.id) + (f"-{place + 1}" if place else ""),
            carrier=each.company,
            number=each.number,
            url=each.url,
            left_at=sent.created_at,
            # of several numbers nobody says which holds what
            lines=ours if len(told) == 1 and sent.inside else None,
        )


def sent_pieces(order: ShopOrder) -> Counter[str]:
    """Pieces of each shop line that were sent."""
    sent: Counter[str] = Counter()
    for each in order.fulfillments:
        if each.status == SUCCESS:
            for line, quantity in each.inside:
                sent[line] += quantity
    return sent
