"""Does a policy of stock fit this shop, this marketplace and the others that sell from the same shelf? In sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.policy.model import OrderPolicy, StockPolicy
from mirakl_sync.policy.units import write_duration
from mirakl_sync.records.shop import Finding

# With sales seen more seldom than this, a buffer that grows with them grows too late.
SEEN_OFTEN = timedelta(minutes=5)


def stock_fit(
    stock: StockPolicy,
    orders: OrderPolicy,
    spec: PlatformSpec,
    marketplace: str,
    files_every: timedelta,
    beside: Mapping[str, StockPolicy],
) -> Iterator[Finding]:
    """What whoever switched stock on should know; nothing while it is only watched.

    ``files_every`` is how often the marketplace takes files (STO01), ``beside`` are the policies of the other
    connections that sell from the same shelf, by key.
    """
    if not stock.send:
        return
    yield from _cadence(stock, orders, marketplace, files_every)
    yield from _together(stock, beside)
    yield from _shop_tells(stock, spec)


def source_of_truth(stock: StockPolicy, store: str, marketplace: str) -> Finding:
    """Whose word counts, in a sentence."""
    if not stock.send:
        return Finding(
            True,
            "stock",
            f"Stock is only watched: it is read, weighed and compared, and nothing is sent to {marketplace} "
            "(send = false).",
        )
    share = "" if stock.share == 100 else f" {stock.share.normalize():f}% of"
    kept = f" less {stock.buffer} kept back" if stock.buffer else ""
    grows = ", and as many as sell while a change is on its way" if stock.buffer_grows else ""
    others = "is asked about first" if stock.foreign == "ask" else "is overwritten with the next file"
    return Finding(
        True,
        "stock",
        f"{store} counts, {marketplace} follows: it shows{share} what the shop has{kept}{grows}, less what is sold and "
        f"not yet subtracted; a number somebody else sets there {others}.",
    )


def _mind(subject: str, sentence: str, way_out: str) -> Finding:
    return Finding(False, subject, sentence, way_out)


def _cadence(stock: StockPolicy, orders: OrderPolicy, marketplace: str, files_every: timedelta) -> Iterator[Finding]:
    if stock.send_every < files_every:
        least = write_duration(files_every)
        yield _mind(
            "send_every",
            f"send_every {write_duration(stock.send_every)} is below what {marketplace} allows: a file goes every "
            f"{least}.",
            f'send_every = "{least}" says what happens.',
        )
    if stock.buffer_grows and orders.poll_every > SEEN_OFTEN:
        yield _mind(
            "buffer_grows",
            f"The buffer grows with sales, but they are seen every {write_duration(orders.poll_every)} only: a rush is "
            "over before it is noticed.",
            f'poll_every = "{write_duration(SEEN_OFTEN)}" or less, or a fixed buffer.',
        )


def _together(stock: StockPolicy, beside: Mapping[str, StockPolicy]) -> Iterator[Finding]:
    sharing = {key: other for key, other in beside.items() if other.send}
    total = stock.share + sum(other.share for other in sharing.values())
    if not sharing or total <= 100 or stock.buffer or stock.buffer_grows:
        return
    yield _mind(
        "share",
        f"Together with {', '.join(sorted(sharing))} {total.normalize():f}% of the shelf may be sold, and nothing is "
        "kept back: the last piece can be sold twice before the others know.",
        "Give each a share so that all add up to 100%, or keep some back: buffer = 2, or buffer_grows = true.",
    )


def _shop_tells(stock: StockPolicy, spec: PlatformSpec) -> Iterator[Finding]:
    if Capability.PRODUCT_NOTICES not in spec.capabilities:
        yield _mind(
            "stock",
            f"{spec.label} does not tell which numbers changed: a change is seen with the next full look, or when "
            "somebody asks.",
            "Let full looks come often (full_look_every at the store), and keep some back.",
        )
    if Capability.STOCK_LEVELS not in spec.capabilities:
        yield _mind(
            "stock",
            f"{spec.label} cannot show everything it has: what vanishes there without a word stays offered.",
            "Take products off the marketplace when they leave the shop.",
        )
    if any(stock.warehouses) and Capability.STOCK_PLACES not in spec.capabilities:
        places = ", ".join(sorted(place for place in stock.warehouses if place))
        yield _mind(
            "warehouses",
            f"{spec.label} tells no numbers by place of stock: {places} will always be empty.",
            'Map the shop as a whole: warehouses = {"" = "CODE"}.',
        )
