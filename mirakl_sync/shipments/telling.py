"""With which carrier and number a parcel is told, or why not yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.policy.model import Doubt, ShipmentPolicy
from mirakl_sync.policy.model import Unmapped as UnmappedPolicy
from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments import carriers
from mirakl_sync.shipments.carriers import Listed, Named, Unmapped
from mirakl_sync.shipments.facts import ShipmentFacts

# The marketplace's list may grow, and a word may be given while a parcel is just being looked at.
LOOK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be told; ``also`` is asked beside it, holding nothing back."""

    tracking: Tracking
    also: Ask | None = None


def tracking(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Wanted | Wait | Ask | None:
    """What the marketplace shall be told of the way of this parcel; None: nothing, it goes without a number."""
    if not parcel.number and not _goes_without_number(parcel):
        return _without_number(parcel, policy, now)
    wanted = _by_carrier(parcel, policy, now)
    if isinstance(wanted, Ask) or not parcel.number:
        return wanted
    return _doubt(parcel, policy, now) or wanted


def last_call(parcel: ShipmentFacts, policy: ShipmentPolicy) -> datetime | None:
    """From when on a doubt no longer holds a parcel back; never more than half of the time there was."""
    if parcel.ship_by is None:
        return None
    return max(parcel.ship_by - policy.warn_before, parcel.seen_at + (parcel.ship_by - parcel.seen_at) / 2)


def _by_carrier(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Wanted | Ask:
    match parcel.found:
        case Listed(carrier):
            return Wanted(Tracking(carrier_code=carrier.code, number=parcel.number))
        case Named(name, template) if parcel.names_allowed:
            url = carriers.address(template, parcel.number) if template else parcel.url
            return Wanted(Tracking(carrier_name=name, number=parcel.number, url=url))
        case Named(name):
            return _unmapped(
                parcel, f"it is mapped to the name {name}, but this marketplace takes only its own list", now
            )
        case Unmapped(why):
            question = _unmapped(parcel, why, now)
            by_name = policy.unmapped_carrier is UnmappedPolicy.BY_NAME and parcel.names_allowed
            if by_name and parcel.carrier:
                told = Tracking(carrier_name=parcel.carrier, number=parcel.number, url=parcel.url)
                return Wanted(told, also=question)
            return question


def _goes_without_number(parcel: ShipmentFacts) -> bool:
    """A carrier of the list that knows no numbers (the seller's own van) is told by its code alone."""
    return isinstance(parcel.found, Listed) and bool(parcel.carrier) and not carriers.needs_number(parcel.found.carrier)


def _unmapped(parcel: ShipmentFacts, why: str, now: datetime) -> Ask:
    spelled = f"“{parcel.carrier}”" if parcel.carrier else "A parcel without a carrier"
    nearest = parcel.found.nearest if isinstance(parcel.found, Unmapped) else ()
    facts = {"carrier": parcel.carrier, "nearest": [f"{each.code} ({each.label})" for each in nearest]}
    key = carriers.normalised(parcel.carrier)
    question = f"{spelled}: {why}."
    return Ask("carrier_unmapped", key, question, until=now + LOOK_AGAIN, due=parcel.ship_by, facts=facts)


def _without_number(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Wait | Ask | None:
    if parcel.without_number_by:
        return None
    patience_ends = parcel.seen_at + policy.number_patience
    latest = last_call(parcel, policy)
    until = patience_ends if latest is None else max(min(patience_ends, latest), parcel.seen_at)
    if now < until:
        return Wait("its tracking number", until)
    if parcel.number_needed or policy.without_number is Doubt.ASK:
        needed = "this way of shipping needs one" if parcel.number_needed else "the policy asks before it goes without"
        words = f"{parcel.order_id} left without a tracking number; {needed}."
        return Ask("number_missing", parcel.order_id, words, due=parcel.ship_by)
    return None


def _doubt(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Ask | None:
    """A doubt about the number holds the parcel back until a person speaks, but never past the last call."""
    latest = last_call(parcel, policy)
    if parcel.number_confirmed == parcel.number or (latest is not None and now >= latest):
        return None
    if parcel.odd and policy.odd_number is Doubt.ASK:
        whose = parcel.carrier or "its carrier"
        words = f"The number of {parcel.order_id}'s parcel may be wrong for {whose}: {parcel.odd}."
        key = carriers.normalised(parcel.carrier)
        return Ask("number_odd", key, words, until=latest, due=latest, facts={"number": parcel.number})
    if parcel.reused_by and policy.reused_number is Doubt.ASK:
        words = f"{parcel.order_id} left with the tracking number {parcel.reused_by} was told with."
        return Ask("number_reused", parcel.number, words, until=latest, due=latest)
    return None
