"""The number of an offer, explained to people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mirakl_sync.explain.wording import ahead, counted, sentence, span
from mirakl_sync.stock.causes import Cause
from mirakl_sync.stock.views import Growing, OfferRow, RuleView, ShelfView, UnfeltSale, Why

A_MOMENT = timedelta(seconds=1)


def sentences(found: Why, now: datetime) -> Iterator[str]:
    """What is wanted and why, what is shown there, what it rests on, and what happens next; a sentence each."""
    yield _wanted(found)
    if found.again_at is not None:
        yield f"If nothing happens it is weighed again {_when(found.again_at, now)}: then time alone may change it."
    yield _theirs(found, now)
    yield sentence(found.cause_words)
    yield from _shelf(found.shelf, now)
    for sale in found.sales:
        yield _sale(sale, now)
    for rule in found.rules:
        yield _rule(rule, now)
    if found.growing is not None:
        yield _growing(found.growing)
    if found.offer is not None:
        yield from _way(found, found.offer, now)


def _when(at: datetime, now: datetime) -> str:
    return "just now" if timedelta() <= now - at < A_MOMENT else ahead(at, now)


def _wanted(found: Why) -> str:
    steps = sentence(", ".join(words if value is None else f"{words}: {value}" for words, value in found.steps))
    if found.wanted is None:
        return f"We have no number for {found.connection}. {steps}"
    return f"{found.connection} should show {found.wanted}. {steps}"


def _theirs(found: Why, now: datetime) -> str:
    offer = found.offer
    if offer is None or not offer.listed:
        return f"{found.connection} has no such offer."
    last = f" Last, {_when(found.theirs_told_at, now)}, {found.theirs_told}." if found.theirs_told_at else ""
    if offer.theirs is None:
        return f"What it shows, nobody knows at present.{last}"
    proof = f"proven {_when(offer.proved_at, now)}" if offer.proved_at else "never proven"
    hidden = "" if offer.active else " Buyers do not see the offer: the marketplace has it as inactive."
    return f"It shows {offer.theirs}, {proof}.{last}{hidden}"


def _shelf(shelf: ShelfView | None, now: datetime) -> Iterator[str]:
    if shelf is None:
        yield "The shop has never told anything of this SKU."
        return
    level = "does not count it" if shelf.level is None else f"counts {shelf.level}"
    yield f"The shop {level}, told {_when(shelf.told_at, now)} and confirmed {_when(shelf.confirmed_at, now)}."
    if shelf.doubted_at is not None:
        yield f"That number was doubted {_when(shelf.doubted_at, now)}; the shop is being asked."
    for sku, pieces, left in shelf.parts:
        yield f"One holds {pieces} of {sku}, " + (
            "which is not counted." if left is None else f"of which {left} are left."
        )


def _sale(sale: UnfeltSale, now: datetime) -> str:
    inside = f" inside {sale.bundle}" if sale.bundle else ""
    felt = f"; the shop took note {_when(sale.felt_at, now)}, its next number proves it" if sale.felt_at else ""
    what = f"{sale.connection} sold {sale.pieces}{inside} {_when(sale.sold_at, now)} (order {sale.order_id})"
    return f"{what}: not yet subtracted by the shop{felt}."


def _rule(rule: RuleView, now: datetime) -> str:
    where = f" on {rule.connection}" if rule.connection else ""
    until = f", for {span(rule.until - now)} more" if rule.until else ""
    why = f": {rule.why}" if rule.why else ""
    return sentence(f"{rule.made_by} ruled for the {rule.scope} {rule.name}{where}{until}: {rule.says}{why}")


def _growing(growing: Growing) -> str:
    delay = f"a change takes {span(timedelta(seconds=growing.delay))} to arrive"
    how = "measured" if growing.measured else "the usual, nothing has been measured yet"
    if not growing.pieces:
        return f"Nothing is kept back for the speed of sales: {growing.speed:.1f} an hour, and {delay} ({how})."
    price = f", worth {growing.costs:.2f} at the shop's price" if growing.costs is not None else ""
    kept = counted(growing.pieces, "piece")
    return f"{kept}{price} kept back because it sells {growing.speed:.1f} an hour and {delay} ({how})."


def _way(found: Why, offer: OfferRow, now: datetime) -> Iterator[str]:
    if found.file is not None:
        asked = _when(found.file.asked_at, now)
        yield f"File {found.file.id}, which carries {offer.sent}, was asked for {asked}: {found.file.state}."
    if offer.waits is not None and offer.waits >= A_MOMENT:
        yield f"The marketplace does not know this number for {span(offer.waits)} now."
    if offer.latency is not None:
        yield f"The last change took {span(timedelta(seconds=offer.latency))} to arrive there."
    if found.cause == Cause.WAITING and found.sends and not found.paused and found.next_file_at is not None:
        soon = _when(found.next_file_at, now) if found.next_file_at > now else "now"
        yield f"The next file is thought of {soon}."
