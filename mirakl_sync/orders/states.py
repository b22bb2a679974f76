"""Our own states of an order, and what Mirakl's states mean to us."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an order stands with us."""

    RECEIVED = "received"  # we know it; nobody has been told
    RESERVED = "reserved"  # the shop holds a provisional order; the marketplace has no answer yet
    ACCEPTED = "accepted"  # the marketplace has our yes
    PLACED = "placed"  # a complete shop order exists; the warehouse may work
    SHIPPED = "shipped"  # the marketplace knows everything has left
    CLOSED = "closed"  # nothing more can happen
    REFUSED = "refused"  # our no was given, or the time ran out
    CANCELED = "canceled"  # the sale ended without delivery


FINAL = frozenset({State.CLOSED, State.REFUSED, State.CANCELED})
UNANSWERED = frozenset({State.RECEIVED, State.RESERVED})

# Mirakl's spelling (OR11 order_state)
STAGING = "STAGING"
WAITING_ACCEPTANCE = "WAITING_ACCEPTANCE"
PAYMENT_STATES = frozenset({"WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"})
SHIPPING = "SHIPPING"
LEFT_STATES = frozenset({"SHIPPED", "TO_COLLECT"})
OVER_STATES = frozenset({"RECEIVED", "CLOSED"})
ENDED_STATES = frozenset({"REFUSED", "CANCELED"})
PAST_ACCEPTANCE = PAYMENT_STATES | {SHIPPING} | LEFT_STATES | OVER_STATES
