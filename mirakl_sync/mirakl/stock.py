"""Offers and their stock: files of quantities (STO01 to STO03), and what is offered (OF21, OF52 to OF54).

The codes of ours are in ``mirakl.refusals``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.http.contract import Answer, Upload
from mirakl_sync.http.pages import OffsetPages
from mirakl_sync.http.redact import redact
from mirakl_sync.mirakl import calls, stock_files
from mirakl_sync.mirakl.calls import read
from mirakl_sync.mirakl.offer_files import FIELDS, ExportedOffers
from mirakl_sync.mirakl.refusals import EXPORT_GONE
from mirakl_sync.mirakl.schemas import loaded
from mirakl_sync.mirakl.stock_schemas import (
    CountedSchema,
    ExportAskedSchema,
    ExportSchema,
    OfferSchema,
    StockImportSchema,
    StockTakenSchema,
)
from mirakl_sync.mirakl.values import written
from mirakl_sync.records.stock import OfferExport, OfferSeen, RefusedLine, StockImport, StockLine

log = logging.getLogger(__name__)

_PAGE = 100
# Files up to this size stay in memory.
_SMALL = 1024 * 1024
_ROWS_AT_ONCE = 1000
# Chunks a worker fetches within a minute and keeps on its disk without thinking; 10,000 to 1,000,000 are allowed.
_OFFERS_IN_A_FILE = 100_000
_IMPORTS = "/api/offers/stock/imports"

_OFFER = OfferSchema()
_COUNTED = CountedSchema()
_TAKEN = StockTakenSchema()
_IMPORT = StockImportSchema()
_ASKED = ExportAskedSchema()
_EXPORT = ExportSchema()


class StockCalls(calls.Calls):
    """The part of ``MiraklShop`` about offers and stock."""

    def send_stock(self, lines: Iterable[StockLine]) -> str:
        """STO01 ``POST /api/offers/stock/imports``, once a minute: a file of quantities; answers its import id.

        Quantities are absolute and applied later, in whatever order the marketplace works. Not to be repeated
        blindly: the same file sent twice is two imports, and no list tells which were taken. ``Unavailable`` and
        ``Unreadable`` say by ``outcome_unknown`` whether it may have been. Rows of one offer come one after the other;
        ``ValueError`` for none, or for a row that cannot be meant. Memory does not grow with their number.
        """
        rows = stock_files.stock_file(lines)
        header = next(rows)
        with _spool() as file:
            file.write(header.encode())
            while some := "".join(islice(rows, _ROWS_AT_ONCE)):
                file.write(some.encode())
            if file.tell() == len(header):
                raise ValueError("a stock file without rows")
            answer = self._upload("STO01", _IMPORTS, Upload("file", "stock.csv", file, "text/csv"))
        import_id: str = read("STO01", _TAKEN, answer.json, outcome_unknown=True)["import_id"]
        return import_id

    def stock_import(self, import_id: str) -> StockImport:
        """STO02 ``GET …/imports/{import_id}/status``, once in 15 seconds: how far they are with a stock file.

        ``Refused.code`` IMPORT_NOT_FOUND: they know no such file of this shop.
        """
        answer = self._get("STO02", f"{_IMPORTS}/{quote(import_id, safe='')}/status")
        return StockImport(import_id, told_at=calls.their_clock(answer), **read("STO02", _IMPORT, answer.json))

    def refused_lines(self, import_id: str) -> Iterator[RefusedLine]:
        """STO03 ``GET …/imports/{import_id}/error_report``, once a minute: the rows they refused, each with its reason.

        Asked when the first is wanted. ``Refused.code`` REPORT_NOT_FOUND: there is no report, or no such file.
        """
        with _spool() as file:
            self._fetch("STO03", f"{_IMPORTS}/{quote(import_id, safe='')}/error_report", file)
            yield from stock_files.refused_lines(file)

    def offers(self) -> Iterator[tuple[OfferSeen, ...]]:
        """OF21 ``GET /api/offers``, no limit published: every offer, a page of at most a hundred at a time.

        For small shops. An offer whose title changes while the list is read may be missed or come twice. Offers
        without a readable SKU are left out and logged.
        """
        for answer in self._offer_pages({}):
            yield _page(answer, every=False)

    def offers_count(self) -> int:
        """OF21 for a single offer: how many there are, in whatever state."""
        answer = self._get("OF21", "/api/offers", {"max": 1, "offset": 0})
        count: int = read("OF21", _COUNTED, answer.json)["total_count"]
        return count

    def offers_of(self, sku: str) -> tuple[OfferSeen, ...]:
        """OF21 with ``sku``: what is offered under exactly this SKU, mostly one offer or none.

        An offer that is not here is not there: therefore a single one that cannot be read is ``Unreadable``.
        """
        pages = self._offer_pages({"sku": sku})
        return tuple(offer for answer in pages for offer in _page(answer, every=True) if offer.sku == sku)

    def ask_for_offers(self, since: datetime | None) -> str:
        """OF52 ``POST /api/offers/export/async``: have files of offers made; answers their tracking id.

        With ``since`` (their time) what changed from then on, deleted offers included, once a minute. Without it
        every offer, inactive ones included, once a day (OF52_FULL here). Asked again while it is being made, Mirakl
        answers the same id, so repeating is harmless.
        """
        body: dict[str, Any] = {
            "export_type": "text/csv",
            "include_fields": list(FIELDS),
            "items_per_chunk": _OFFERS_IN_A_FILE,
        }
        # The first makes a differential of it, in which the second is refused.
        body |= {"last_request_date": written(since)} if since else {"include_inactive_offers": True}
        answer = self._post("OF52" if since else "OF52_FULL", "/api/offers/export/async", body)
        tracking_id: str = read("OF52", _ASKED, answer.json)["tracking_id"]
        return tracking_id

    def offers_export(self, tracking_id: str) -> OfferExport:
        """OF53 ``GET /api/offers/export/async/status/{tracking_id}``, every 10 seconds: are the files made?

        ``Refused.code`` EXPORT_NOT_FOUND: they know no such export, ask for a new one.
        """
        answer = self._get("OF53", f"/api/offers/export/async/status/{quote(tracking_id, safe='')}")
        return OfferExport(tracking_id, **read("OF53", _EXPORT, answer.json))

    def exported_offers(self, url: str) -> ExportedOffers:
        """OF54, no limit: the offers of one file of an export, fetched whole when the first is wanted.

        Our key goes to this marketplace's host alone. ``Refused.code`` EXPORT_GONE: the file cannot be had (any
        more), ask for a new export. ``Unreadable`` for what is no such file. Rows that cannot be read are left out
        and counted (``unreadable``).
        """
        return ExportedOffers(lambda file: self._fetch_export(url, file))

    def _fetch_export(self, url: str, file: BinaryIO) -> None:
        try:
            self._fetch("OF54", url, file)
        except Refused as error:
            # An expired address is called many things: 410 by Mirakl, 400, 403 or 404 by whoever keeps its files.
            raise Refused(error.words, code=EXPORT_GONE, status=error.status, request=error.request) from None

    def _offer_pages(self, filters: dict[str, Any]) -> Iterator[Answer]:
        # Of the three ways to sort, the title changes least while pages are read; the others are prices.
        asked = {**filters, "sort": "productTitle", "order": "asc"}
        return self._pages("OF21", "/api/offers", asked, OffsetPages(_PAGE), _count)


@contextmanager
def _spool() -> Iterator[BinaryIO]:
    """A file of nobody's, in memory while it is small."""
    with SpooledTemporaryFile(max_size=_SMALL) as file:
        yield cast("BinaryIO", file)


def _page(answer: Answer, *, every: bool) -> tuple[OfferSeen, ...]:
    told = calls.rows(answer.json, "offers")
    if told is None:
        raise Unreadable("The answer to OF21 holds no list of offers.", payload=redact(answer.json))
    found, problems = [], []
    for row in told:
        try:
            found.append(OfferSeen(**loaded(_OFFER, row)))
        except ValueError as problem:
            problems.append(str(problem))
    if problems and every:
        words = f"The answer to OF21 holds an offer that cannot be read: {problems[0]}."
        raise Unreadable(words, payload=redact(answer.json))
    if problems:
        log.warning("OF21: %s offers of a page cannot be read; the first: %s", len(problems), problems[0])
    return tuple(found)


def _count(answer: Answer) -> int:
    return len(calls.rows(answer.json, "offers") or ())
