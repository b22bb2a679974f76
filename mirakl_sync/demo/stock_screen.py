"""What the demonstration shows of stock: files and agreement by marketplace, and the story of the hot SKU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from mirakl_sync.demo.findings import Rush, Stock
from mirakl_sync.demo.gauges import Measured, as_plain


def stock_table(stock: Stock) -> Table:
    """One row per marketplace."""
    table = Table(title="Stock by the sandbox's own books", title_justify="left", pad_edge=False)
    names = ("", "files", "rows", "rows refused", "offers that agree", f"{stock.rush.sku} sold", "turned away", "shown")
    for name in names:
        table.add_column(name, justify="right" if name else "left")
    rush = stock.rush
    for each in stock.files:
        shown = ", ".join(str(n) for where, n in rush.shown.items() if where.partition("/")[0] == each.market)
        agree = f"{each.agree} of {each.offers}"
        rest = (rush.sold.get(each.market, 0), rush.turned_away.get(each.market, 0), shown)
        table.add_row(each.market, *map(str, (each.files, each.rows, each.refused, agree, *rest)))
    return table


def rush_in_words(rush: Rush) -> str:
    """Where every piece went."""
    places = ", ".join(f"{where} {pieces}" for where, pieces in rush.sold.items() if pieces)
    turned = sum(rush.turned_away.values())
    return (
        f"{rush.sku}: {rush.start} on the shelf, {rush.came_in} came in, {sum(rush.sold.values())} sold ({places}; "
        f"{rush.orders} orders of marketplaces beside those of the day), "
        f"{rush.left} left; {rush.times_sold_out} times sold out on every marketplace, {turned} turned away; "
        f"oversold {rush.oversold}."
    )


def oversold_in_words(rush: Rush) -> Iterator[str]:
    """What a storm made everybody sell too often: named, but no broken promise."""
    if rush.over:
        yield f"Oversold in the storm, whose delays no buffer was made for: {rush.oversold} of {rush.sku}."
    for each in rush.over:
        yield f"  {each.sentence()}"


def measured_in_words(measured: Measured, closing: Mapping[str, int], shop: str) -> Iterator[str]:
    """How fast numbers were, and what the buffer cost."""
    if measured.p50 is not None and measured.p95 is not None:
        delays = ", ".join(f"{key} {delay:.1f} s" for key, delay in sorted(measured.delays.items()))
        yield (
            f"From a change to the accepted file: half within {measured.p50:.1f} s, 19 of 20 within "
            f"{measured.p95:.1f} s ({measured.changes} numbers). Delay that buffers were made from: {delays}."
        )
    left = closing.get(shop, 0)
    kept = {where: left - number for where, number in closing.items() if where != shop}
    if kept:
        cost = ", ".join(f"{where} {pieces}" for where, pieces in sorted(kept.items()))
        yield f"The buffer grew to {measured.peak_buffer} at its peak. Kept back at closing, of {left} left: {cost}."


def explained_in_words(explained: Sequence[str]) -> Iterator[str]:
    """Why too much was sold, by our own rows."""
    if explained:
        yield "Why more was sold than was there, as our own rows tell it (they explain, they do not judge):"
    for sentence in explained:
        yield f"  {sentence}"


def stock_as_plain(stock: Stock, measured: Measured, closing: Mapping[str, int]) -> dict[str, Any]:
    """The same for programs."""
    rush = stock.rush
    return {
        "files": [
            {
                "market": each.market,
                "files": each.files,
                "rows": each.rows,
                "refused": each.refused,
                "failed": each.failed,
                "offers": each.offers,
                "agree": each.agree,
            }
            for each in stock.files
        ],
        "hot": {
            "sku": rush.sku,
            "start": rush.start,
            "came_in": rush.came_in,
            "orders": rush.orders,
            "sold": dict(rush.sold),
            "turned_away": dict(rush.turned_away),
            "left": rush.left,
            "times_sold_out": rush.times_sold_out,
            "oversold": rush.oversold,
            "over": [each.sentence() for each in rush.over],
            "shown": dict(rush.shown),
        },
        "measured": as_plain(measured),
        "closing": dict(closing),
    }
