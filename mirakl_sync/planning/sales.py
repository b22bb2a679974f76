"""What a planner shall know of an order: each line that is a sale, and what came back of it. Pure.

The marketplace's word decides whether something was sold; the shop's people decide how much of it was kept. What both
tell of (a refund made in the shop and then on the marketplace) is one return: the greater number counts, never the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from mirakl_sync.orders import states
from mirakl_sync.planning.rows import Wanted
from mirakl_sync.records.planning import Feed, SaleRow

_UNANSWERED = frozenset({states.STAGING, states.WAITING_ACCEPTANCE})
LONGEST = 240
_REFUSED, _CANCELED = "REFUSED", "CANCELED"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line as it was bought. ``price`` is that of one piece; ``dropped`` are pieces cancelled on the marketplace."""

    line_id: str
    sku: str
    state: str
    quantity: int
    price: Decimal
    dropped: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Goods that came back with a refund. ``key`` is the refund's id with its source."""

    key: str
    line_id: str
    quantity: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """An order as its marketplace shows it, and what the shop's people did to it.

    ``kept`` are the pieces of a line that its shop's order still has, where that was edited. ``left_at``: when the
    goods left; what the shop gave back before is missing from ``kept`` already.
    """

    marketplace: str
    title: str
    order_id: str
    state: str
    created_at: datetime
    currency: str
    tax_included: bool
    lines: Sequence[SoldLine]
    told_back: Sequence[GivenBack] = ()
    shop_back: Sequence[GivenBack] = ()
    kept: Mapping[str, int] = field(default_factory=dict)
    left_at: datetime | None = None

    @property
    def subject(self) -> str:
        """Our key of it, on every planner."""
        return f"{self.marketplace}:{self.order_id}"


def wanted(sold: Sold, warehouse: str, connection_id: int | None = None) -> list[Wanted]:
    """Every row of this order, in the order of its lines; none while nobody said yes to it.

    What was told before and is not in here any more shall be taken off. Rows carry the day of the sale as their time
    of change; whoever keeps them knows better.
    """
    if sold.state in _UNANSWERED or sold.state == _REFUSED:
        return []
    return [
        Wanted(Feed.SALES, row.line, sold.subject, row, connection_id, line.title)
        for line in sold.lines
        if line.state != _REFUSED and line.quantity > 0
        for row in _rows(sold, line, warehouse)
    ]


def _rows(sold: Sold, line: SoldLine, warehouse: str) -> Iterator[SaleRow]:
    row = SaleRow(
        order=sold.subject,
        line=f"{sold.marketplace}:{line.line_id}",
        sku=line.sku,
        warehouse=warehouse,
        quantity=line.quantity,
        price=line.price,
        currency=sold.currency,
        tax_included=sold.tax_included,
        created_at=sold.created_at,
        updated_at=sold.created_at,
        reference=sold.order_id,
        marketplace=sold.title,
    )
    bought, back = counted(line, sold)
    if _CANCELED in (sold.state, line.state) or not bought:
        yield replace(row, canceled=True)
        return
    yield replace(row, quantity=bought)
    for each in back:
        at = each.at or sold.created_at
        key = _short(f"{row.line}:return:{each.key}")
        yield replace(row, line=key, quantity=-each.quantity, created_at=at, updated_at=at)


def counted(line: SoldLine, sold: Sold) -> tuple[int, list[GivenBack]]:
    """How many pieces were bought in the end, and what came back of them, the earliest first.

    Never more comes back than was bought.
    """
    kept = sold.kept.get(line.line_id, line.quantity)
    cut, more = max(0, line.quantity - kept), max(0, kept - line.quantity)
    off = min(line.quantity, max(cut, line.dropped))
    told = [each for each in sold.told_back if each.line_id == line.line_id and each.quantity > 0]
    shop = [each for each in sold.shop_back if each.line_id == line.line_id and each.quantity > 0]
    early = sum(each.quantity for each in shop if _before_leaving(each, sold))
    by_shop = cut + sum(each.quantity for each in shop) - min(cut, early)
    by_market = line.dropped + sum(each.quantity for each in told)
    bought = line.quantity - off + more
    return bought, _shared([*told, *shop], min(max(by_shop, by_market) - off, bought))


def _before_leaving(each: GivenBack, sold: Sold) -> bool:
    return sold.left_at is None or each.at is None or each.at < sold.left_at


def _shared(every: Sequence[GivenBack], pieces: int) -> list[GivenBack]:
    """So many pieces over these refunds: the earliest take theirs, the last ones tell of the same goods again."""
    found = []
    for each in sorted(every, key=_by_day):
        taken = min(each.quantity, pieces)
        if taken > 0:
            found.append(replace(each, quantity=taken))
            pieces -= taken
    return found


def _by_day(each: GivenBack) -> tuple[bool, float, str]:
    return each.at is None, each.at.timestamp() if each.at else 0.0, each.key


def _short(key: str) -> str:
    """Shops' ids of refunds may be long; planners' columns are not."""
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - 41]}~{hashlib.sha256(key.encode()).hexdigest()[:40]}"
