"""The full look at a shop's catalogue: every SKU, from a file the shop writes, or page after page."""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from mirakl_sync.errors import Refused, Unavailable, Unreadable
from mirakl_sync.platforms.shopify import schemas
from mirakl_sync.platforms.shopify.documents import products as documents
from mirakl_sync.platforms.shopify.facts import VARIANTS, Catalogue, product_facts
from mirakl_sync.platforms.shopify.schemas import read
from mirakl_sync.platforms.shopify.told import Level, Variant
from mirakl_sync.records.shop import ProductFacts

log = logging.getLogger(__name__)

# Seconds between looks at the shop's work on the file, and how long we wait for it before we read pages instead.
_FIRST_LOOK, _LOOK, _MOST = 0.5, 5.0, 900.0
_WORKING = frozenset({"CREATED", "RUNNING"})


def levels(catalogue: Catalogue) -> Iterator[ProductFacts]:
    """Every SKU. Kept meanwhile: how often each was met, and of a product no more than its own levels."""
    ground = catalogue.ground()
    met: Counter[str] = Counter()
    for at, variant in _variants(catalogue):
        if not variant.sku.strip():
            continue
        met[variant.sku] += 1
        fact = product_facts(variant.sku, [variant], at, ground)
        yield fact if met[variant.sku] == 1 else replace(fact, matches=met[variant.sku])


def _variants(catalogue: Catalogue) -> Iterator[tuple[datetime, Variant]]:
    if catalogue.settings.full_look == "bulk":
        at = catalogue.asking.now()
        url = _file(catalogue)
        if url is not None:
            with tempfile.TemporaryFile() as file:
                if url:
                    catalogue.asking.download(url, file)
                file.seek(0)
                yield from ((at, variant) for variant in read_file(file))
            return
    yield from _by_page(catalogue)


def _by_page(catalogue: Catalogue) -> Iterator[tuple[datetime, Variant]]:
    at = catalogue.asking.now()
    for rows in catalogue.asking.pages(documents.VARIANTS, {"first": documents.PAGE, "query": None}, VARIANTS):
        yield from ((at, catalogue.variant(row)) for row in rows)
        at = catalogue.asking.now()


def _file(catalogue: Catalogue) -> str | None:
    """``bulkOperationRunQuery``: the address of the file, empty for a shop without products; None where the shop is
    busy with others or does not come to an end."""
    asking = catalogue.asking
    try:
        data = asking.ask(documents.RUN_BULK, {"query": documents.EVERYTHING})
    except Refused as error:
        log.info("Shopify writes no file now, its pages are read: %s", error.words)
        return None
    bulk = data["bulkOperationRunQuery"]["bulkOperation"]
    waited, pause = 0.0, _FIRST_LOOK
    while bulk and bulk.get("status") in _WORKING:
        if waited >= _MOST:
            log.warning("Shopify has not written its file within %d s, its pages are read.", _MOST)
            return None
        asking.sleep(pause)
        waited, pause = waited + pause, min(_LOOK, pause * 2)
        bulk = asking.ask(documents.LOOK_AT_BULK, {"id": bulk["id"]})["bulkOperation"]
    if not bulk or bulk.get("status") != "COMPLETED":
        log.warning("Shopify's file failed (%s), its pages are read.", (bulk or {}).get("errorCode"))
        return None
    url = str(bulk.get("url") or "")
    if not url and int(bulk.get("objectCount") or 0):
        raise Unavailable("Shopify wrote a file and does not say where it is.")
    return url


def read_file(file: IO[bytes]) -> Iterator[Variant]:
    """The variants of a bulk operation's file: each with its levels in the lines that follow it.

    A level whose product is not the last one named would be lost: then the whole file is ``Unreadable``.
    """
    row: dict[str, Any] | None = None
    levels: list[Level] = []
    for line in file:
        if not line.strip():
            continue
        told = _json(line)
        parent = told.get("__parentId")
        if parent is None:
            if row is not None:
                yield _variant(row, levels)
            row, levels = told, []
        elif row is not None and parent in (row.get("id"), (row.get("inventoryItem") or {}).get("id")):
            levels.append(read(schemas.LEVEL, told, "inventory level"))
        else:
            raise Unreadable("A level of Shopify's file does not follow its product.", payload=told)
    if row is not None:
        yield _variant(row, levels)


def _variant(row: dict[str, Any], levels: list[Level]) -> Variant:
    variant: Variant = read(schemas.VARIANT, row, "product variant")
    return replace(variant, levels=tuple(levels))


def _json(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line, parse_float=Decimal)
    except ValueError as error:
        raise Unreadable("A line of Shopify's file is no JSON.", payload=line[:500].decode(errors="replace")) from error
    if not isinstance(told, dict):
        raise Unreadable("A line of Shopify's file is no object.", payload=told)
    return told
