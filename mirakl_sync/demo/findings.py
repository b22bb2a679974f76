"""What the judge finds: a row per marketplace, broken promises, and the open questions that explain what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

LOST, DOUBLED, LATE, OVERSOLD, OTHER = "lost", "doubled", "late", "oversold", "other"
# What an order may wait for without anybody having been asked.
PAYMENT, CHECKS, WAREHOUSE = "the payment", "the operator's checks", "the warehouse"


@dataclass(frozen=True, slots=True)
class Question:
    """An open question of ours; ``orders`` are the marketplace's ids of those that wait for it.

    ``parcels`` are (order, tracking number) of the parcels that wait, the number empty where there is none.
    """

    kind: str
    words: str
    owner: str = ""
    orders: frozenset[str] = frozenset()
    parcels: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken promise: which one, whose (an order id, or a server), and in what way."""

    kind: str
    subject: str
    words: str

    def sentence(self) -> str:
        """For the screen."""
        return f"{self.kind if self.kind != OTHER else 'broken'}: {self.subject}: {self.words}"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a marketplace is told of parcels: by shipments or of whole orders, and the code each of the shop's carriers
    has there. An empty code is told by the carrier's name; a carrier that is not named here may not be told at all."""

    by_shipment: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Row:
    """One marketplace's day."""

    market: str
    # the store behind it, where it is not the web shop
    store: str = ""
    seen: int = 0
    accepted: int = 0
    refused: int = 0
    canceled: int = 0
    placed: int = 0
    theirs: int = 0  # fulfilled by the operator
    shipped: int = 0  # parcels the marketplace counts as shipped
    held: Counter[str] = field(default_factory=Counter)  # parcels that left and are not told: why → how many
    waiting: Counter[str] = field(default_factory=Counter)  # orders: why → how many
    questions: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    # what buyers paid for the orders that are placed, and what the store's orders say
    paid: Decimal = Decimal(0)
    booked: Decimal = Decimal(0)
    # of a store beside the web shop: offers, and those that show the right number
    offers: int = 0
    agree: int = 0

    @property
    def name(self) -> str:
        """As people read it."""
        return f"{self.market}, {self.store}" if self.store else self.market


@dataclass(frozen=True, slots=True)
class Oversale:
    """``pieces`` sold ``at`` this moment that were not there; ``shown`` is what the seller showed just before."""

    at: datetime
    where: str
    order: str
    pieces: int
    shown: int

    def sentence(self) -> str:
        """For the screen."""
        return (
            f"{self.at:%H:%M:%S.%f}"[:-3] + f" {self.where} sold {self.pieces} that were not there "
            f"({self.order or 'at the till'}) and showed {self.shown}"
        )


@dataclass(frozen=True)
class Rush:
    """What became of one SKU, in pieces: by the books of all who sell it, second by second.

    ``turned_away`` are customers on marketplaces and pieces at the till; ``shown`` is what every marketplace's shop
    shows at the end, by "marketplace/shop".
    """

    sku: str
    start: int
    came_in: int
    # of marketplaces
    orders: int
    sold: Mapping[str, int]
    turned_away: Mapping[str, int]
    left: int
    # how often no marketplace showed any
    times_sold_out: int
    over: tuple[Oversale, ...]
    shown: Mapping[str, int]

    @property
    def oversold(self) -> int:
        """Pieces sold beyond what was there."""
        return sum(each.pieces for each in self.over)


@dataclass(frozen=True, slots=True)
class Files:
    """One marketplace's stock files by its books, and how many of its everyday offers show what they should."""

    market: str
    files: int
    rows: int
    refused: int
    failed: int
    offers: int
    agree: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What the books say of stock files, and of the SKU everybody wanted."""

    files: tuple[Files, ...]
    rush: Rush


@dataclass(frozen=True)
class Verdict:
    """What the books say of the day."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    stock: Stock | None = None
    # what the planner heard, in words
    planner: str = ""

    @property
    def held(self) -> bool:
        """Every promise was kept."""
        return not self.problems

    def and_branches(self, rows: Sequence[Row], problems: Sequence[Problem]) -> Verdict:
        """The same with what was found in the other stores."""
        return replace(self, rows=(*self.rows, *rows), problems=(*self.problems, *problems))

    def and_planner(self, words: str, problems: Sequence[Problem]) -> Verdict:
        """The same with what the planner made of the day."""
        return replace(self, planner=words, problems=(*self.problems, *problems))

    def and_stock(self, stock: Stock, problems: tuple[Problem, ...]) -> Verdict:
        """The same with what was found about stock."""
        return replace(self, stock=stock, problems=(*self.problems, *problems))

    @property
    def moving(self) -> int:
        """Orders that may still move by themselves: unexplained ones, and those who wait for a payment, for checks or
        to be packed."""
        waits = sum(row.waiting[why] for row in self.rows for why in (PAYMENT, CHECKS, WAREHOUSE))
        return waits + len(self.problems)
