"""SKUs parted into calls that a web server's request line can hold. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

# A request line of Apache or nginx may hold 8 kB; names and brackets take their share.
URL_ROOM = 3000


def by_call(skus: Iterable[str], most: int, *, alone: Callable[[str], bool]) -> Iterator[list[str]]:
    """At most so many SKUs and a request line's worth; those that must come ``alone``, by themselves."""
    batch: list[str] = []
    room = URL_ROOM
    for sku in skus:
        if alone(sku):
            yield [sku]
            continue
        # the comma between two is written with three characters
        size = len(quote(sku, safe="")) + 3
        if batch and (len(batch) == most or size > room):
            yield batch
            batch, room = [], URL_ROOM
        batch.append(sku)
        room -= size
    if batch:
        yield batch
