"""Refusals that every shop has alike, in the same words and codes."""

from __future__ import annotations

from collections.abc import Sequence

from mirakl_sync.errors import MiraklSyncError, NeedsAnswer, Refused, TryLater, Unavailable
from mirakl_sync.records.shop import OrderReference


def order_gone(shop: str, order: str) -> Refused:
    """The shop, by its label, does not know the order of this id or number any more."""
    return Refused(f"{shop} has no order {order} any more.", code="order_gone", status=404)


def doubled(shop: str, reference: OrderReference, numbers: Sequence[str]) -> NeedsAnswer:
    """Orders of one sale, by their numbers, of which more than one may be worked on."""
    return NeedsAnswer(
        f"{shop} holds {reference} more than once: orders {', '.join(numbers)}.",
        kind="doubled_in_shop",
        key=str(reference),
        facts={"orders": list(numbers)},
    )


def made_then(error: MiraklSyncError) -> TryLater:
    """The order exists already: whatever failed, only a look may decide what follows."""
    after = error.after if isinstance(error, TryLater) else None
    return Unavailable(f"The order was made, then: {error.words}", after=after, outcome_unknown=True)
