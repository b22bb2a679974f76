"""How fast a SKU sells, and how many pieces that asks to be kept back. Pure.

Why a buffer of b pieces: a marketplace shows a piece only if b pieces more were left when its number was reckoned, and
a newer number is at most the delay away. It can sell a piece that is not there only if more than b pieces sell within
one delay, wherever they sell. So b is chosen such that this is rarer than the policy allows, with sales coming one by
one and by chance (Poisson).

What it does not cover, because the speed is known from sales that were: somebody who buys many at once, a rush out of
nothing, and buyers who wait while nothing is offered. Their speed is forgotten meanwhile, until the last piece is shown
on every marketplace at once. A fixed buffer of one less than the marketplaces, beside this one, keeps that from
happening.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from mirakl_sync.policy.model import StockPolicy

# A sale half an hour ago counts e times less than one now: long enough to tell a speed, short enough to follow a day.
FADES = timedelta(minutes=30)
# Where so many times the growing buffer are left, none is kept back yet.
PLENTY = 10
# Pieces a second: a piece in four months is no speed, and ends what would fade for ever.
_NOTHING = 1e-7
# Beyond so many standard deviations of a Poisson number there is less than a double can tell from nothing.
_FAR = 10


def faded(speed: float, since: datetime | None, now: datetime, over: timedelta = FADES) -> float:
    """What is left at ``now`` of a speed (pieces a second) known at ``since``, without a sale between."""
    if since is None or speed <= 0:
        return 0.0
    left = speed * math.exp(-max((now - since) / over, 0.0))
    return left if left >= _NOTHING else 0.0


def after_sale(speed: float, at: datetime | None, pieces: int, now: datetime, over: timedelta = FADES) -> float:
    """The speed (pieces a second) at ``now``, when ``pieces`` are sold, from the one known at ``at``.

    Steady sales of v pieces a second lead to v, whatever was before. A sale told late counts as one of ``now``.
    """
    return faded(speed, at, now, over) + max(pieces, 0) / over.total_seconds()


def growing_buffer(speed: float, delay_seconds: float, policy: StockPolicy) -> int:
    """How many pieces to keep back while ``speed`` pieces sell a second and a change takes ``delay_seconds`` to arrive.

    The fewest of which more than these sell within the delay only with the chance that ``buffer_cover`` leaves, but
    never more than ``buffer_at_most``; 0 where the policy's buffer does not grow or nothing sells.
    """
    sold_meanwhile = speed * delay_seconds
    if not policy.buffer_grows or sold_meanwhile <= 0:
        return 0
    return _covering(sold_meanwhile, float(policy.buffer_cover) / 100, policy.buffer_at_most)


def of_use(buffer: int, left: int | None) -> int:
    """``buffer``, where so few are ``left`` that it may be needed; 0 where there is plenty.

    Many a file arrives before plenty is short, and numbers do not change for nothing whenever the speed does. Fewer
    left never make the number offered (``left`` less the buffer) a greater one.
    """
    return 0 if left is not None and left >= PLENTY * buffer else buffer


def shrinks_at(speed: float, delay_seconds: float, policy: StockPolicy, now: datetime) -> datetime | None:
    """When the buffer will be smaller than at ``now`` if nothing more sells, to the second; None where it is 0."""
    buffer = growing_buffer(speed, delay_seconds, policy)
    if not buffer:
        return None
    # by then nothing is left of the speed
    over = policy.buffer_remembers
    soonest, latest = 0, math.ceil(over.total_seconds() * math.log(max(speed / _NOTHING, 1))) + 1
    while latest - soonest > 1:
        middle = (soonest + latest) // 2
        then = faded(speed, now, now + timedelta(seconds=middle), over)
        if growing_buffer(then, delay_seconds, policy) < buffer:
            latest = middle
        else:
            soonest = middle
    return now + timedelta(seconds=latest)


def _covering(mean: float, cover: float, at_most: int) -> int:
    """The smallest b with P(X ≤ b) ≥ ``cover`` for X of a Poisson distribution; at most ``at_most``."""
    if cover <= 0:
        return 0
    if cover >= 1:
        return at_most
    spread = _FAR * math.sqrt(mean)
    # each end leaves out less than a double can tell; the logarithm keeps large means from vanishing
    first, last = max(0, int(mean - spread)), int(mean + spread) + 50
    if first >= at_most:
        return at_most
    chance = math.exp(first * math.log(mean) - mean - math.lgamma(first + 1))
    within = chance
    pieces = first
    while within < cover and pieces < min(at_most, last):
        pieces += 1
        chance *= mean / pieces
        within += chance
    return pieces
