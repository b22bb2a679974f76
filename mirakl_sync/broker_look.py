"""A look at the broker's lists; it may be away, and then the pages say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import redis


@dataclass(frozen=True, slots=True)
class Depths:
    """Messages per queue, and those taken but not yet done. ``reachable`` is False when the broker did not answer."""

    reachable: bool
    waiting: dict[str, int]
    taken: int = 0


class BrokerLook:
    """One client for the whole process: short timeouts and no repeats, so that nobody hangs on the broker."""

    def __init__(self, url: str, queues: Sequence[str]) -> None:
        self._queues = tuple(queues)
        self._client: redis.Redis | None = None
        if url.startswith(("redis://", "rediss://", "unix://")):
            self._client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None)

    def depths(self) -> Depths:
        """How many messages wait where."""
        if self._client is None:
            return Depths(False, {})
        try:
            with self._client.pipeline(transaction=False) as ask:
                for queue in self._queues:
                    ask.llen(queue)
                ask.hlen("unacked")
                *waiting, taken = ask.execute()
        except (redis.RedisError, OSError):
            return Depths(False, {})
        return Depths(True, dict(zip(self._queues, waiting, strict=True)), taken)

    def close(self) -> None:
        """Return the connections."""
        if self._client is not None:
            self._client.close()
