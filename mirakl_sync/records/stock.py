"""What crosses the border about stock: offers as a marketplace shows them, lines sent to it, what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """One offer as the marketplace shows it.

    ``quantity`` is what buyers can buy there, None where it is not told (deleted offers). ``warehouses`` maps their
    warehouse codes to quantities, where the answer tells them. ``updated_at`` is in their time.
    """

    sku: str
    offer_id: str = ""
    product_sku: str = ""
    quantity: int | None = None
    active: bool = True
    deleted: bool = False
    inactive_because: tuple[str, ...] = ()
    warehouses: Mapping[str, int] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockLine:
    """One row of a stock file: the quantity of an offer, in one warehouse or (``warehouse`` empty) as a whole."""

    sku: str
    quantity: int
    warehouse: str = ""


@dataclass(frozen=True, slots=True)
class StockImport:
    """A stock file as the marketplace works on it (STO02).

    ``state`` is Mirakl's word: WAITING, RUNNING, COMPLETE or FAILED. ``created_at`` is when they took the file,
    ``told_at`` what their clock said with this answer.
    """

    import_id: str
    state: str
    created_at: datetime | None = None
    told_at: datetime | None = None
    lines_ok: int = 0
    lines_refused: int = 0
    has_report: bool = False


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row of a stock file that was refused (STO03), with the marketplace's reason; ``line`` counts as they do."""

    sku: str
    why: str
    line: int = 0
    quantity: int | None = None
    warehouse: str = ""


@dataclass(frozen=True, slots=True)
class OfferExport:
    """An export of offers as it stands (OF53): PENDING, FAILED (``problem``) or COMPLETED with ``urls`` to fetch.

    ``updated_at`` is in their time: what the files show is no older.
    """

    tracking_id: str
    state: str
    urls: tuple[str, ...] = ()
    updated_at: datetime | None = None
    problem: str = ""
