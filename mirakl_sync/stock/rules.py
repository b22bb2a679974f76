"""How many of a SKU a marketplace should show, and why. Pure.

A number of ours must never promise what is not there, and no two marketplaces the same piece where their shares say so.
Where nobody knows the number, theirs is left alone and somebody is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mirakl_sync.policy.model import InDoubt
from mirakl_sync.stock.limits import Limits

# Kinds of questions in the inbox.
ASK_MISSING = "stock_missing"
ASK_DOUBLED = "duplicate_offer_sku"
ASK_STALE = "stock_stale"
ASK_UNCOUNTED = "stock_uncounted"


class Because(StrEnum):
    """The rule that had the last word."""

    LEVEL = "level"  # what the shop counts
    SOLD = "sold"  # sold and not yet subtracted by the shop
    BACKORDERS = "backorders"
    COMPONENTS = "components"  # what the parts of a bundle allow
    SHARE = "share"
    BUFFER = "buffer"
    GROWING = "growing"  # the part of the buffer that grows with the speed of sales
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    FIXED = "fixed"  # a person's number
    ZEROED = "zeroed"  # a person took it off sale, alone or with its whole marketplace
    MISSING = "missing"  # the shop does not know the SKU
    DOUBLED = "doubled"  # several products of the shop carry it
    UNSELLABLE = "unsellable"  # a draft, a parent of variations …
    STALE = "stale"  # the shop has not confirmed its numbers for too long
    UNCOUNTED = "uncounted"  # the shop sells it without counting
    SOLD_OUT = "sold_out"  # the same, and says that it has none


@dataclass(frozen=True, slots=True)
class Level:
    """What is known of one SKU in its store, in pieces.

    ``quantity`` None: not counted, then ``in_stock`` alone speaks. ``matches`` is how many products carry the SKU.
    ``unfelt`` was sold on any marketplace and is not yet subtracted by the shop. ``components`` are the parts of a
    bundle: the pieces that may still be sold of each (None: not counted), with everything unfelt taken off, that of
    bundles too; and how many of it one bundle holds. ``locations`` are quantities by the shop's place of stock.
    """

    quantity: int | None = None
    in_stock: bool = True
    sellable: bool = True
    backorders: bool = False
    matches: int = 1
    stale: bool = False
    unfelt: int = 0
    components: tuple[tuple[int | None, int], ...] = ()
    locations: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The number a marketplace should show, in pieces; None leaves theirs alone.

    ``available`` is what could be sold before share, buffer and people's numbers (None: nobody knows). ``question`` is
    the kind of question to ask ("": none). ``steps`` are the arithmetic in order, each with the value after it: the
    last one is ``quantity``.
    """

    quantity: int | None
    because: str
    available: int | None
    question: str = ""
    steps: tuple[tuple[str, int | None], ...] = ()


@dataclass(slots=True)
class _Sum:
    """A number on its way through the rules."""

    value: int
    because: Because
    steps: list[tuple[str, int | None]]

    def to(self, value: int, because: Because, words: str) -> None:
        if value != self.value:
            self.because = because
        self.value = value
        self.steps.append((words, value))


def wanted(level: Level, limits: Limits) -> Wanted:
    """The number a marketplace should show of this SKU.

    Never negative, and never above what may be sold: the shelf less what is sold and unfelt, plus the backorders the
    policy allows. The numbers of connections whose shares add up to 100% or less never add up to more than that. More
    on the shelf never lowers the number; more sold or kept back never raises it. None comes with its reason.
    """
    total = _available(level, limits)
    available = None if total is None else total.value
    decided = _out_of_question(level, limits, total)
    if decided is not None:
        return decided
    if level.stale and _some_left(level, available) and (limits.fixed is None or limits.stale is InDoubt.ZERO):
        words = "the shop has not confirmed its numbers for too long"
        return _in_doubt(limits.stale, Because.STALE, ASK_STALE, available, words, total)
    if total is None:
        return _uncounted(level, limits)
    _shared(total, limits)
    if limits.fixed is not None:
        _set_by_person(total, limits)
    else:
        _kept_back(total, limits)
        _bounded(total, limits)
    return _done(total, available)


def _available(level: Level, limits: Limits) -> _Sum | None:
    """What may be sold of it by anyone; None where nobody counts."""
    parts = [max(pieces, 0) // each for pieces, each in level.components if pieces is not None and each > 0]
    if level.quantity is None:
        return _Sum(min(parts), Because.COMPONENTS, [("its components allow", min(parts))]) if parts else None
    total = _Sum(level.quantity, Because.LEVEL, [("the shop counts", level.quantity)])
    if level.unfelt:
        words = f"less {level.unfelt} sold and not yet subtracted by the shop"
        total.to(total.value - level.unfelt, Because.SOLD, words)
    if level.backorders and limits.backorders:
        # counted from the shelf, which falls below zero by what is owed already: so there is an end to it
        words = f"and {limits.backorders} on backorder"
        total.to(total.value + limits.backorders, Because.BACKORDERS, words)
    if total.value < 0:
        total.to(0, total.because, "which is none")
    if parts and min(parts) < total.value:
        total.to(min(parts), Because.COMPONENTS, f"its components allow {min(parts)}")
    return total


def _out_of_question(level: Level, limits: Limits, total: _Sum | None) -> Wanted | None:
    """Where the shelf's number does not matter: a person's none, and SKUs that the shop cannot sell."""
    if limits.fixed == 0:
        what = "everything on this marketplace taken off sale" if limits.whole_marketplace else "taken off sale"
        words = f"{what} by {limits.fixed_by}" if limits.fixed_by else what
        total = total or _Sum(0, Because.ZEROED, [])
        available = total.value if total.steps else None
        total.steps.append((words, 0))
        return Wanted(0, Because.ZEROED, available, "", tuple(total.steps))
    if level.matches == 0:
        words = "the shop does not know the SKU"
        return _in_doubt(limits.missing, Because.MISSING, ASK_MISSING, None, words)
    if level.matches > 1:
        words = f"{level.matches} products of the shop carry the SKU"
        return Wanted(0, Because.DOUBLED, None, ASK_DOUBLED, ((words, 0),))
    if not level.sellable:
        return Wanted(0, Because.UNSELLABLE, 0, "", (("the shop does not sell it", 0),))
    return None


def _in_doubt(
    what: InDoubt, because: Because, question: str, available: int | None, words: str, total: _Sum | None = None
) -> Wanted:
    steps = total.steps if total else []
    if what is InDoubt.ZERO:
        return Wanted(0, because, available, "", (*steps, (f"{words}: none is offered", 0)))
    asked = question if what is InDoubt.ASK else ""
    return Wanted(None, because, available, asked, (*steps, (f"{words}: the marketplace's number is left alone", None)))


def _some_left(level: Level, available: int | None) -> bool:
    """An old word that there is none is no reason to leave a number standing."""
    return level.in_stock if available is None else available > 0


def _uncounted(level: Level, limits: Limits) -> Wanted:
    if not level.in_stock:
        return Wanted(0, Because.SOLD_OUT, 0, "", (("the shop does not count it and says that it has none", 0),))
    words = "the shop sells it without counting"
    if limits.fixed is not None:
        total = _Sum(limits.fixed, Because.FIXED, [(words, None), (_set_by(limits), limits.fixed)])
        return _done(total, None)
    if limits.uncounted is None:
        left = f"{words}: the marketplace's number is left alone"
        return Wanted(None, Because.UNCOUNTED, None, ASK_UNCOUNTED, ((left, None),))
    total = _Sum(limits.uncounted, Because.UNCOUNTED, [(f"{words}: {limits.uncounted} are offered", limits.uncounted)])
    _bounded(total, limits)
    return _done(total, None)


def _shared(total: _Sum, limits: Limits) -> None:
    """Rounded down, in whole numbers: shares that add up to 100% never add up to a piece too many."""
    if limits.share < 100:
        top, bottom = limits.share.as_integer_ratio()
        words = f"{limits.share.normalize():f}% of it may be sold here"
        total.to(total.value * top // (bottom * 100), Because.SHARE, words)


def _set_by_person(total: _Sum, limits: Limits) -> None:
    """A person's number takes the place of buffers and bounds; it does not bring pieces that are not there."""
    fixed = total.value if limits.fixed is None else limits.fixed
    if fixed > total.value:
        total.to(total.value, Because.FIXED, f"{_set_by(limits)}, but no more than may be sold")
    else:
        total.to(fixed, Because.FIXED, _set_by(limits))
        total.because = Because.FIXED


def _set_by(limits: Limits) -> str:
    return f"set to {limits.fixed} by {limits.fixed_by}" if limits.fixed_by else f"set to {limits.fixed}"


def _kept_back(total: _Sum, limits: Limits) -> None:
    if limits.buffer:
        total.to(max(total.value - limits.buffer, 0), Because.BUFFER, f"less {limits.buffer} kept back")
    if limits.growing:
        words = f"less {limits.growing} kept back while it sells so fast"
        total.to(max(total.value - limits.growing, 0), Because.GROWING, words)


def _bounded(total: _Sum, limits: Limits) -> None:
    if 0 < total.value < limits.at_least:
        total.to(0, Because.AT_LEAST, f"fewer than {limits.at_least} are offered as none")
    if limits.at_most is not None and total.value > limits.at_most:
        total.to(limits.at_most, Because.AT_MOST, f"never more than {limits.at_most} are shown")


def _done(total: _Sum, available: int | None) -> Wanted:
    return Wanted(total.value, total.because, available, "", tuple(total.steps))


def spread(quantity: int, locations: Mapping[str, int] | None, warehouses: Mapping[str, str]) -> dict[str, int] | None:
    """``quantity`` divided over the marketplace's warehouses; None where the shop uses none.

    ``warehouses`` maps the shop's places to the marketplace's codes, "" maps the shop as a whole: what stands in
    places that are not mapped. Every code is named, with 0 where nothing is. The parts are in proportion to what stands
    there, never negative, and add up to ``quantity``. No warehouse is given more than it holds, but where all together
    hold less than ``quantity`` the rest goes to the warehouse of "", or else to the first.
    """
    if not warehouses:
        return None
    holds = _holdings(locations or {}, warehouses)
    whole = sum(holds.values())
    if quantity >= whole:
        rest = warehouses.get("", next(iter(holds)))
        return {code: held + (quantity - whole if code == rest else 0) for code, held in holds.items()}
    parts = {code: quantity * held // whole for code, held in holds.items()}
    # what rounding down left over goes where it took the most
    by_loss = sorted(holds, key=lambda code: -(quantity * holds[code] % whole))
    for code in by_loss[: quantity - sum(parts.values())]:
        parts[code] += 1
    return parts


def _holdings(locations: Mapping[str, int], warehouses: Mapping[str, str]) -> dict[str, int]:
    """Pieces of the shop by the marketplace's code, in the order of the codes."""
    holds = dict.fromkeys(warehouses.values(), 0)
    for place, pieces in locations.items():
        code = warehouses.get(place, warehouses.get(""))
        if code is not None:
            holds[code] += max(pieces, 0)
    return holds
