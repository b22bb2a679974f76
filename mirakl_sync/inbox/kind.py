"""What a kind of question is: who owns it, how urgent it is, what it blocks and how to get out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """Whose turn it is."""

    OPERATIONS = "operations"
    ECOMMERCE = "ecommerce"
    FINANCE = "finance"
    CUSTOMER_SERVICE = "customer service"
    ADMIN = "admin"
    DEVELOPERS = "developers"


class Urgency(IntEnum):
    """How it is ranked: money or a promise is lost within hours, within days, or slowly."""

    NOW = 3
    SOON = 2
    CALM = 1


class Loss(StrEnum):
    """What happens when nobody acts, as people say it."""

    SALE = "the sale is lost"
    LATE = "the parcel is late"
    MONEY = "goods or money are lost"
    UNSEEN = "orders are missed"
    NEXT = "the next ones are lost too"
    UNTOLD = "questions are seen too late"
    NOTHING = "nothing is lost yet"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question. ``answer_within`` is the due time where no promise of a subject sets an earlier one.

    ``quotes``: the question repeats another system's words, which may name a buyer; it is never sent out of the house.
    """

    name: str
    title: str
    owner: Role
    urgency: Urgency
    blocks: str
    way_out: str
    answer_within: timedelta
    loss: Loss = Loss.NOTHING
    quotes: bool = False
