"""Why a marketplace shows another number than we want it to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mirakl_sync.explain.wording import sentence


class Cause(StrEnum):
    """Why both sides disagree, or that they do not."""

    AGREE = "agree"
    NOT_LISTED = "not_listed"  # no longer on their list: there is nothing to compare
    WITHOUT_PRODUCT = "without_product"  # the shop does not have the SKU
    STALE = "stale"  # the shop has confirmed nothing for too long
    UNCOUNTED = "uncounted"  # the shop sells it without counting, and nobody said how many to offer
    UNSEEN = "unseen"  # the shop was not asked about it yet
    IN_FLIGHT = "in_flight"  # a file on its way carries it
    HELD = "held"  # a person must say
    REFUSED = "refused"  # they refused this number
    NEVER_SENT = "never_sent"
    UNKNOWN_NUMBER = "unknown_number"  # nobody knows what they show
    SHOP_CHANGED = "shop_changed"  # what we believed of the shelf is not what the shop says now
    SOLD_MEANWHILE = "sold_meanwhile"
    CHANGED_THERE = "changed_there"  # somebody else set it
    WAITING = "waiting"  # it goes with the next file
    OVERLOOKED = "overlooked"  # nobody noticed before: our own fault
    # counted beside the others: buyers do not see it, whatever its number
    INACTIVE = "inactive"
    # the shop could sell it, and it is not offered
    WITHOUT_OFFER = "without_offer"


# What is no disagreement about a number of an offer.
BESIDE = frozenset({Cause.INACTIVE, Cause.WITHOUT_OFFER})
# Which rule leaves us without a number, and what that means here.
_WITHOUT_NUMBER = {
    "missing": Cause.WITHOUT_PRODUCT,
    "stale": Cause.STALE,
    "uncounted": Cause.UNCOUNTED,
    "unseen": Cause.UNSEEN,
}


class LastWord(StrEnum):
    """What last happened to the number on the marketplace, as far as we learned of it."""

    NOTHING = ""
    SENT = "sent"  # a file of ours
    SOLD = "sold"  # an order took pieces of it
    LOWERED = "lowered"  # a lower number was shown, and orders were not looked at since: perhaps sold
    CHANGED = "changed"  # another number was shown, and no order explains it


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What decides about one offer; numbers are pieces.

    ``wanted`` is what we want now, None where nobody knows, for the reason of ``because``; ``believed`` is what we
    wanted when it was last weighed. ``sent`` is what the file on its way carries (None: none carries it). ``divided``
    says that their division by warehouse is ours. ``ever_sent`` is False where no file of ours ever carried it.
    """

    wanted: int | None
    theirs: int | None
    because: str = ""
    believed: int | None = None
    listed: bool = True
    divided: bool = True
    sent: int | None = None
    held: str = ""
    refused: int | None = None
    refusal: str = ""
    ever_sent: bool = True
    last: LastWord = LastWord.NOTHING
    due: bool = False
    touched: bool = False
    sends: bool = True
    paused: bool = False


def cause(offer: OfferFacts) -> Cause:
    """The cause, the first that holds. That a number is on its way counts more than how it came to differ, and that
    somebody has to act more than that it waits."""
    if not offer.listed:
        return Cause.NOT_LISTED
    if offer.wanted is None:
        return _WITHOUT_NUMBER.get(offer.because, Cause.UNSEEN)
    if offer.theirs == offer.wanted and offer.divided:
        return Cause.AGREE
    if offer.sent is not None:
        return Cause.IN_FLIGHT
    if offer.held:
        return Cause.HELD
    if offer.refused is not None and offer.refused == offer.wanted:
        return Cause.REFUSED
    if not offer.ever_sent:
        return Cause.NEVER_SENT
    if offer.theirs is None:
        return Cause.UNKNOWN_NUMBER
    return _moved(offer, offer.wanted, offer.theirs)


def history_matters(offer: OfferFacts) -> bool:
    """The cause depends on what happened before: ``ever_sent`` and ``last`` have to be looked up."""
    return cause(offer) in _BY_HISTORY


def _moved(offer: OfferFacts, wanted: int, theirs: int) -> Cause:
    if offer.believed != wanted:
        return Cause.SHOP_CHANGED
    if offer.last in (LastWord.SOLD, LastWord.LOWERED) and theirs < wanted:
        return Cause.SOLD_MEANWHILE
    if offer.last is LastWord.CHANGED:
        return Cause.CHANGED_THERE
    return Cause.WAITING if offer.due or offer.touched else Cause.OVERLOOKED


_BY_HISTORY = (
    Cause.NEVER_SENT,
    Cause.UNKNOWN_NUMBER,
    Cause.SHOP_CHANGED,
    Cause.SOLD_MEANWHILE,
    Cause.CHANGED_THERE,
    Cause.WAITING,
    Cause.OVERLOOKED,
)


def words(found: Cause, offer: OfferFacts) -> str:
    """The sentence about one offer, with the way out."""
    return _SENTENCES[found](offer)


def _next(offer: OfferFacts) -> str:
    """When our number goes there."""
    if not offer.sends:
        return "Nothing is sent: the policy of this connection says send = false."
    if offer.paused:
        return "Stock of this connection is paused; `mirakl-sync connections resume` lets it go on."
    return "It goes with the next file."


def _shown(offer: OfferFacts) -> str:
    return "a number nobody knows" if offer.theirs is None else str(offer.theirs)


def _in_flight(offer: OfferFacts) -> str:
    more = "" if offer.sent == offer.wanted else f" {offer.wanted} follows behind it."
    return f"A file that carries {offer.sent} is on its way.{more}"


def _sold(offer: OfferFacts) -> str:
    if offer.last is LastWord.SOLD:
        return f"It was sold there since our number arrived. {_next(offer)}"
    return (
        f"A lower number than ours was seen there; perhaps it was sold and the order was not looked at yet. "
        f"{_next(offer)}"
    )


def _waiting(offer: OfferFacts) -> str:
    if offer.theirs == offer.wanted and not offer.divided:
        return f"The number agrees, its division by warehouse does not. {_next(offer)}"
    return _next(offer)


_SENTENCES: Mapping[Cause, Callable[[OfferFacts], str]] = {
    Cause.AGREE: lambda _: "Both sides agree.",
    Cause.NOT_LISTED: lambda _: "The marketplace no longer lists the offer. Nothing is sent to what is not there.",
    Cause.WITHOUT_PRODUCT: lambda _: (
        "The shop does not know the SKU, so the marketplace's number is left alone. Give a product of the shop this "
        "SKU, end the offer there, or let the policy offer none (stock.missing = zero)."
    ),
    Cause.STALE: lambda _: (
        "The shop has not confirmed its numbers for too long, so the marketplace's number is left alone. See why the "
        "shop does not answer, or let the policy decide (stock.stale)."
    ),
    Cause.UNCOUNTED: lambda _: (
        "The shop sells it without counting, so the marketplace's number is left alone. Let the shop count it, or say "
        "in the policy how many to offer (stock.uncounted)."
    ),
    Cause.UNSEEN: lambda _: "The shop has not been asked about the SKU yet; it is asked within seconds.",
    Cause.IN_FLIGHT: _in_flight,
    Cause.HELD: lambda offer: f"Nothing is sent before a person has said so. {sentence(offer.held)}",
    Cause.REFUSED: lambda offer: (
        f"The marketplace refused {offer.refused}. {sentence(offer.refusal or 'no reason was told')} Mend the offer "
        "there; the same number is sent again only when something changes or somebody says so."
    ),
    Cause.NEVER_SENT: lambda offer: f"We never sent a number of this offer; it shows {_shown(offer)}. {_next(offer)}",
    Cause.UNKNOWN_NUMBER: lambda offer: f"What is shown there, nobody knows at present. {_next(offer)}",
    Cause.SHOP_CHANGED: lambda offer: (
        f"By what the shop says now it is {offer.wanted}, and when last weighed it was "
        f"{'unknown' if offer.believed is None else offer.believed}. It is weighed again now. {_next(offer)}"
    ),
    Cause.SOLD_MEANWHILE: _sold,
    Cause.CHANGED_THERE: lambda offer: (
        f"Somebody else set it to {_shown(offer)} on the marketplace. Find out who writes there. {_next(offer)}"
    ),
    Cause.WAITING: _waiting,
    Cause.OVERLOOKED: lambda _: "This difference had not been noticed. It is weighed again now.",
    Cause.INACTIVE: lambda _: (
        "The number is there, but the marketplace does not show the offer to buyers. It tells the reasons with the "
        "offer, in its back office."
    ),
    Cause.WITHOUT_OFFER: lambda _: "The shop can sell it, and this marketplace has no offer of it.",
}
