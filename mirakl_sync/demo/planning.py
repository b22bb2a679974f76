"""The planner beside the other stores: told at closing time what was sold there, and judged by its own books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mirakl_sync.db.models import Store
from mirakl_sync.demo.branches import BRANCHES, PLANNER
from mirakl_sync.demo.findings import OTHER, Problem
from mirakl_sync.demo.remote import Remote
from mirakl_sync.demo.verdict import ENDED
from mirakl_sync.planning import reading, sending
from mirakl_sync.wiring import Wiring

Books = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What the planner heard: pieces sold by the marketplaces' books, pieces it counts, files it read, and our own
    words on whether its numbers show them."""

    sold: int
    counted: int
    skus: int
    files: int
    words: str = ""

    def sentence(self) -> str:
        """For the screen."""
        return (
            f"Inventory Planner counts {self.counted} pieces of {self.skus} SKUs sold in stores it plans for, the "
            f"marketplaces sold {self.sold}; {self.files} files read. Read back: {self.words}."
        )


def tell(wiring: Wiring, server: Remote) -> str:
    """What `mirakl-sync planning send` and, after its night, `planning prove --night-over` do; answers the words of
    the proof."""
    with wiring.db.reading() as tx:
        number = tx.execute(select(Store.id).where(Store.key == PLANNER)).scalar_one()
    sending.send(number, wiring, now_or_never=True)
    server.post("night")
    return reading.read(number, wiring, night_over=True).sentence()


def judge_planner(markets: Mapping[str, Books], planner: Books, words: str = "") -> tuple[Planned, list[Problem]]:
    """Each SKU's demand by the planner's books against what marketplaces sold through the stores it plans for."""
    sold: Counter[str] = Counter()
    for branch in BRANCHES:
        if branch.planned:
            sold += _sold(markets[branch.seller.market], branch.seller.shop_id)
    counted = {sku: int(told["total"]) for sku, told in planner["demand"].items()}
    files = planner["totals"]["files"]
    plan = Planned(sold.total(), sum(counted.values()), len(counted), files["accepted"], words)
    return plan, [*_differences(sold, counted), *_ignored(files)]


def _sold(books: Books, shop_id: int) -> Counter[str]:
    """Pieces of sales that stand: accepted by whomever, and not cancelled since."""
    pieces: Counter[str] = Counter()
    for order in books["orders"]:
        if order["shop_id"] == shop_id and order["accepted_at"] is not None and order["state"] not in ENDED:
            for line in order["lines"]:
                pieces[line["sku"]] += line["quantity"] * (line["state"] not in ENDED)
    return pieces


def _differences(sold: Mapping[str, int], counted: Mapping[str, int]) -> Iterator[Problem]:
    for sku in sorted({*sold, *counted}):
        if sold.get(sku, 0) != counted.get(sku, 0):
            words = f"sold {sold.get(sku, 0)} on marketplaces, the planner counts {counted.get(sku, 0)}"
            yield Problem(OTHER, sku, words)


def _ignored(files: Mapping[str, int]) -> Iterator[Problem]:
    if files["skipped"]:
        yield Problem(OTHER, PLANNER, f"ignored {files['skipped']} of our files")
