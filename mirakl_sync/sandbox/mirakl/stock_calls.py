"""STO01, STO02, STO03: a stock file is handed in, followed, and its refused rows are fetched."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, jsonify, request

from mirakl_sync.sandbox.mirakl import stock_imports
from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad
from mirakl_sync.sandbox.mirakl.stock_imports import StockImport

REPORT_COLUMNS = ("error-line", "error-message")  # the names are not published, their places are


def send_stock(call: Call) -> Response:
    """STO01: every file is a new import, the same file twice is two [D: only OF01, OF24 and OF52 notice]."""
    if request.mimetype != "multipart/form-data":
        raise Refusal(415, "Unsupported Media Type")
    part = request.files.get("file")
    if part is None:
        raise bad("The part 'file' is required")
    taken = stock_imports.take_in(call.tenant, call.shop_id, part.read(), call.now)
    answer = jsonify({"import_id": taken.import_id})
    answer.status_code = 201
    answer.headers["Location"] = f"{request.host_url}api/offers/stock/imports/{taken.import_id}/status"
    return answer


def stock_status(call: Call, import_id: str) -> dict[str, Any]:
    """STO02. It has no word for why a file is FAILED."""
    taken = _import(call, import_id)
    return {
        "import_id": import_id,
        "shop_id": taken.shop_id,
        "date_created": text(taken.created),
        "status": taken.state,
        "lines_in_success": taken.lines_ok,
        "lines_in_error": len(taken.refused),
        "has_error_report": bool(taken.refused),
    }


def stock_report(call: Call, import_id: str) -> Response:
    """STO03: line and reason, then the columns of the file as they came; 404 when there is no report."""
    taken = _import(call, import_id)
    if not taken.refused:
        raise Refusal(404, f"No error report for the import '{import_id}'")
    file = io.StringIO()
    written = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    written.writerow([*REPORT_COLUMNS, *taken.columns])
    written.writerows([line, why, *cells] for line, why, cells in taken.refused)
    return Response(file.getvalue(), mimetype="text/csv")


def _import(call: Call, import_id: str) -> StockImport:
    taken = call.tenant.stock_imports.known.get(import_id)
    if taken is None or taken.shop_id != call.shop_id:
        raise Refusal(404, f"Import with identifier '{import_id}' not found")
    return taken
