"""What an order's payload (OR11) tells of pieces that were cancelled or came back; what it does not tell is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirakl_sync.mirakl import values


@dataclass(frozen=True, slots=True)
class PiecesBack:
    """A refund (``refunds[]``) that names pieces."""

    refund_id: str
    line_id: str
    quantity: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Demand:
    """``dropped`` are pieces by line that were cancelled (``cancelations[]``)."""

    tax_included: bool
    dropped: Mapping[str, int]
    back: tuple[PiecesBack, ...]


def read_demand(payload: Mapping[str, Any]) -> Demand:
    """Of a payload as it is kept. Refunds that only gave money back (no ``quantity``) are left out."""
    lines = [line for line in _rows(payload, "order_lines") if line.get("order_line_id")]
    dropped = {str(line["order_line_id"]): sum(map(_pieces, _rows(line, "cancelations"))) for line in lines}
    return Demand(
        payload.get("order_tax_mode") != "TAX_EXCLUDED",
        {line_id: pieces for line_id, pieces in dropped.items() if pieces},
        tuple(back for line in lines for back in _back(line)),
    )


def _back(line: Mapping[str, Any]) -> Iterator[PiecesBack]:
    for number, refund in enumerate(_rows(line, "refunds"), 1):
        if pieces := _pieces(refund):
            name = str(refund.get("id") or number)
            yield PiecesBack(name, str(line["order_line_id"]), pieces, _moment(refund.get("created_date")))


def _rows(where: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = where.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _pieces(row: Mapping[str, Any]) -> int:
    return values.pieces(row.get("quantity")) or 0


def _moment(told: Any) -> datetime | None:
    try:
        return values.moment(told)
    except ValueError:
        return None
