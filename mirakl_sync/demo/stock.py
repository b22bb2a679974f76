"""The judge's third half: was anything sold that was not there, and do both sides agree at the end? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirakl_sync.demo.findings import OTHER, OVERSOLD, Files, Oversale, Problem, Rush, Stock

Books = Mapping[str, Any]
# The shop's own sales in its books; what it did for our orders is counted where they were sold.
AT_THE_TILL, CAME_IN = "sale", ("restock", "edit")
ENDED = ("REFUSED", "CANCELED")


@dataclass(frozen=True, slots=True)
class Sold:
    """Pieces that left the pile, or came onto it (below zero), at this moment."""

    at: datetime
    pieces: int
    where: str
    order: str = ""
    shown: int = 0


def judge_stock(
    markets: Mapping[str, Books], shop: Books, *, hot: str, everyday: Sequence[str], name: str, calm: bool = True
) -> tuple[Stock, tuple[Problem, ...]]:
    """What the books say of stock: ``hot`` piece by piece, and whether the ``everyday`` SKUs agree on both sides.

    ``markets`` and ``shop`` are GET /_sandbox/books, ``name`` is the shop's. No buffer covers calls that are lost for
    half a day: unless it was ``calm``, what was oversold is counted and named, but breaks no promise.
    """
    rush, problems = judge_rush(hot, markets, shop, name)
    if not calm:
        problems = [problem for problem in problems if problem.kind != OVERSOLD]
    waits, files = waiting(markets, shop), []
    for market, books in markets.items():
        each, wrong = judge_offers(market, books, shop, everyday, waits)
        files.append(each)
        problems += wrong
    return Stock(tuple(files), rush), tuple(problems)


# one SKU that everybody wants


def judge_rush(sku: str, markets: Mapping[str, Books], shop: Books, name: str) -> tuple[Rush, list[Problem]]:
    """Every piece of ``sku`` that was sold, against the pieces that were there at that moment; ``name`` is the shop's.

    A piece is oversold when it is sold while none is left, whether the shop could later deliver it or we had to refuse
    it; so is one that we refused though some were left.
    """
    history = shop["stock_history"].get(sku, [])
    start = int(history[0]["before"] if history else shop["stock"].get(sku) or 0)
    events = [*_of_shop(history, name)]
    for market, books in markets.items():
        events += _of_market(sku, market, books)
    # what comes in at the very moment of a sale is there for it
    events.sort(key=lambda event: (event.at, event.pieces))
    over, left = list(_over(events, start)), start - sum(event.pieces for event in events)
    over += _refused(sku, markets, {each.order for each in over})
    sold = Counter({name: 0, **dict.fromkeys(markets, 0)})
    for event in events:
        sold[event.where] += max(0, event.pieces)
    rush = Rush(
        sku=sku,
        start=start,
        came_in=sum(-event.pieces for event in events if event.pieces < 0),
        orders=sum(event.pieces > 0 and event.where != name for event in events),
        sold=sold,
        turned_away={
            name: shop["turned_away"].get(sku, 0),
            **{market: books["totals"]["turned_away"] for market, books in markets.items()},
        },
        left=left,
        times_sold_out=_times_sold_out(sku, markets),
        over=tuple(over),
        shown=_shown(sku, markets),
    )
    return rush, [*_problems_of(rush)]


def _of_shop(history: Sequence[Books], name: str) -> Iterator[Sold]:
    for change in history:
        difference, before = int(change["before"]) - int(change["after"]), int(change["before"])
        at, order = datetime.fromisoformat(change["at"]), str(change.get("order", ""))
        if change["cause"] == AT_THE_TILL:
            yield Sold(at, difference, name, order, before)
        elif change["cause"] in CAME_IN:
            yield Sold(at, difference, name)


def _of_market(sku: str, market: str, books: Books) -> Iterator[Sold]:
    told = {
        change["note"]: change
        for offers in books["offers"].values()
        for change in offers.get(sku, {}).get("changes", ())
        if change["by"] == "sale"
    }
    for order in books["orders"]:
        pieces = sum(line["quantity"] for line in order["lines"] if line["sku"] == sku)
        if pieces:
            # long stories of an offer lose their beginning; orders only know the second
            change = told.get(order["order_id"], {"at": order["created_date"], "before": 0})
            at = datetime.fromisoformat(change["at"])
            yield Sold(at, pieces, market, order["order_id"], max(0, int(change["before"])))


def _over(events: Sequence[Sold], start: int) -> Iterator[Oversale]:
    left = start
    for event in events:
        missing = max(0, event.pieces - left) - max(0, -left)
        left -= event.pieces
        if event.pieces > 0 and missing > 0:
            yield Oversale(event.at, event.where, event.order, missing, event.shown)


def _refused(sku: str, markets: Mapping[str, Books], named: set[str]) -> Iterator[Oversale]:
    """Orders we could not serve, beside those that are named already."""
    for market, books in markets.items():
        for order in books["orders"]:
            lines = [line for line in order["lines"] if line["sku"] == sku and line["state"] == "REFUSED"]
            if lines and order["order_id"] not in named:
                at = datetime.fromisoformat(order["created_date"])
                yield Oversale(at, market, order["order_id"], sum(line["quantity"] for line in lines), 0)


def _shown(sku: str, markets: Mapping[str, Books]) -> dict[str, int]:
    return {
        f"{market}/{shop_id}": max(0, int(offers[sku]["quantity"]))
        for market, books in markets.items()
        for shop_id, offers in books["offers"].items()
        if sku in offers
    }


def _times_sold_out(sku: str, markets: Mapping[str, Books]) -> int:
    """How often the last marketplace that showed some showed none any more."""
    stories = [
        offers[sku]["changes"] for books in markets.values() for offers in books["offers"].values() if sku in offers
    ]
    showing = {number: int(story[0]["before"]) > 0 for number, story in enumerate(stories) if story}
    changes = [(datetime.fromisoformat(each["at"]), number, each) for number in showing for each in stories[number]]
    times = 0
    for _, number, change in sorted(changes, key=lambda each: each[0]):
        before, showing[number] = any(showing.values()), int(change["after"]) > 0
        times += before and not any(showing.values())
    return times


def _problems_of(rush: Rush) -> Iterator[Problem]:
    for each in rush.over:
        yield Problem(OVERSOLD, rush.sku, each.sentence())
    for where, number in rush.shown.items():
        if number > max(0, rush.left):
            yield Problem(OTHER, rush.sku, f"{where} shows {number} at the end, {rush.left} are left")


# everything else


def judge_offers(
    market: str, books: Books, shop: Books, skus: Sequence[str], waiting: Mapping[str, int]
) -> tuple[Files, list[Problem]]:
    """Everyday offers show the shop's number; less, at most, what was sold anywhere and is not in the shop yet
    (``waiting``)."""
    problems, offers = [], 0
    for shop_id, offered in books["offers"].items():
        for sku in skus:
            if sku not in offered:
                continue
            offers += 1
            waits = waiting.get(sku, 0)
            there, shown = int(shop["stock"][sku]), int(offered[sku]["quantity"])
            if not there - waits <= shown <= there:
                words = f"{market}/{shop_id} shows {shown}, the shop has {there}"
                problems.append(Problem(OTHER, sku, words + f" of which {waits} wait" * bool(waits)))
    states = Counter(file["state"] for file in books["imports"])
    files = Files(
        market,
        files=len(books["imports"]),
        rows=sum(file["rows"] for file in books["imports"]),
        refused=sum(file["lines_in_error"] for file in books["imports"]),
        failed=states["FAILED"],
        offers=offers,
        agree=offers - len(problems),
    )
    return files, problems


def waiting(markets: Mapping[str, Books], shop: Books) -> Counter[str]:
    """Pieces that marketplaces sold and the shop has not taken off its shelf, by SKU."""
    total: Counter[str] = Counter()
    for books in markets.values():
        total += _waiting(books, shop)
    return total


def _waiting(books: Books, shop: Books) -> Counter[str]:
    orders = {order["id"]: order for order in shop["orders"]}
    pieces: Counter[str] = Counter()
    for order in books["orders"]:
        if order["state"] in ENDED or order["fulfillment_center"] != "DEFAULT":
            continue
        placed = shop["by_reference"].get(f"{order['shop_id']}/{order['order_id']}", ())
        if not any(orders[number]["stock_reduced"] for number in placed):
            for line in order["lines"]:
                pieces[line["sku"]] += line["quantity"] * (line["state"] not in ENDED)
    return pieces
