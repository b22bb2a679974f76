"""The files of an offer export, written row by row to disk, so that a million offers need no memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mirakl_sync.sandbox.mirakl.offer_columns import KEPT_OF_DELETED, Read
from mirakl_sync.sandbox.mirakl.offer_model import Offer

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Layout:
    """How an export is written: its columns, their names in the file, and how much goes into one file."""

    kind: str  # "csv" | "json"
    columns: dict[str, Read]
    items: int
    megabytes: int
    names: dict[str, str] = field(default_factory=dict)  # other names for columns of the CSV


def write(layout: Layout, offers: Iterable[Offer], folder: Path, stem: str) -> list[Path]:
    """The files, in the order of the export; one with no rows when there is nothing to tell."""
    paths: list[Path] = []
    rest = iter(offers)
    ahead = next(rest, None)
    while ahead is not None or not paths:
        paths.append(folder / f"{stem}-{len(paths)}.{layout.kind}")
        with ExitStack() as opened:
            file = opened.enter_context(paths[-1].open("w", encoding="utf-8", newline=""))
            put, end = (_csv if layout.kind == "csv" else _json)(layout, file)
            rows, size = 0, 0
            while ahead is not None and rows < layout.items and size < layout.megabytes * MEGABYTE:
                size += put(ahead)
                rows += 1
                ahead = next(rest, None)
            end()
    return paths


Put = tuple[Callable[[Offer], int], Callable[[], object]]


def _csv(layout: Layout, file: IO[str]) -> Put:
    written = csv.writer(file, delimiter=";", lineterminator="\n")
    written.writerow([layout.names.get(name, name) for name in layout.columns])
    reads = list(layout.columns.values())
    kept = [read if name in KEPT_OF_DELETED else _blank for name, read in layout.columns.items()]

    def put(offer: Offer) -> int:
        size: int = written.writerow([read(offer) for read in (kept if offer.deleted else reads)])
        return size

    return put, file.flush


def _json(layout: Layout, file: IO[str]) -> Put:
    """An array, though the schema of OF54 speaks of an object."""
    file.write("[")
    between = _between()

    def put(offer: Offer) -> int:
        told = {
            name: read(offer) for name, read in layout.columns.items() if not offer.deleted or name in KEPT_OF_DELETED
        }
        return file.write(next(between) + json.dumps(told, ensure_ascii=False))

    return put, lambda: file.write("]")


def _between() -> Iterator[str]:
    yield ""
    while True:
        yield ",\n"


def _blank(offer: Offer) -> str:
    return ""
