"""Bulk operations: a query without sizes, run piece by piece in the background, answered as a file of JSON lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from mirakl_sync.sandbox.shopify.bulk_query import BulkQuery, OddQuery, read
from mirakl_sync.sandbox.shopify.bulk_reading import Children, read_page, read_row
from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.schema import moment

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
MOST_AT_ONCE = 5
PIECE = 200
"""Rows read before other callers get their turn."""
FILE_SECONDS = 7 * 24 * 3600
RUNNING = ("CREATED", "RUNNING")


@dataclass
class Bulk:
    """One operation; `lines` are its parents, `children` what hangs on them, in the order they were found."""

    id: int
    text: str
    query: BulkQuery
    call: Call
    grouped: bool
    created: datetime
    due: float
    status: str = "CREATED"
    error: str | None = None
    completed: datetime | None = None
    cursor: str | None = None
    lines: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    roots: int = 0

    @property
    def body(self) -> bytes:
        return "".join(f"{line}\n" for line in [*self.lines, *self.children]).encode()


def run_query(call: Call, query: str, group_objects: bool = False) -> Shown:
    """bulkOperationRunQuery."""
    shop = call.shop
    try:
        asked = read(query)
    except OddQuery as odd:
        return _refused("INVALID", str(odd), ["query"])
    if sum(each.status in RUNNING for each in shop.bulks.values()) >= MOST_AT_ONCE:
        words = f"The maximum number of {MOST_AT_ONCE} concurrent bulk operations has been reached."
        return _refused("LIMIT_REACHED", words, None)
    due = shop.clock.seconds() + shop.settings.bulk_seconds
    row = Bulk(shop.number("BulkOperation"), query, asked, call, group_objects, shop.now(), due)
    shop.bulks[row.id] = row
    return {"bulkOperation": view(shop, row), "userErrors": []}


def work(shop: Shop) -> None:
    """Run what is due. Called by the shop's tick, never within a call; the lock is held for one piece at a time."""
    for row in list(shop.bulks.values()):
        if row.status not in RUNNING or row.due > shop.clock.seconds():
            continue
        while row.status in RUNNING:
            with shop.lock:
                if row.status in RUNNING:  # else another tick has finished it meanwhile
                    row.status = "RUNNING"
                    _piece(shop, row)


def _piece(shop: Shop, row: Bulk) -> None:
    from mirakl_sync.sandbox.shopify.operations import FIELDS

    known = FIELDS[row.query.field]
    try:
        row.call.need(row.query.field, *known.scopes) if known.scopes else None
        page = read_page(row.query.top, known.resolve, row.call, PIECE, row.cursor)
        for node in page.nodes:
            row.roots += 1
            _write(row, node)
    except GraphQLError as error:
        code = (error.extensions or {}).get("code")
        row.error = code if code == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR"
        _finish(shop, row, "FAILED")
        return
    row.cursor = page.page_info["endCursor"]
    if not page.page_info["hasNextPage"]:
        _finish(shop, row, "COMPLETED")


def _write(row: Bulk, node: Any) -> None:
    """A node is a line; the members of its connections are lines of their own that name it."""
    children: Children = []
    shown = read_row(row.query.top.below, node, row.call, children)
    row.lines.append(_printed(shown))
    _write_children(row, shown.get("id"), children)


def _write_children(row: Bulk, parent: Any, children: Children) -> None:
    goal = row.lines if row.grouped else row.children
    for steps, nodes in children:
        for node in nodes:
            deeper: Children = []
            shown = read_row(steps, node, row.call, deeper)
            goal.append(_printed({**shown, "__parentId": parent}))
            _write_children(row, shown.get("id"), deeper)


def _printed(node: Shown) -> str:
    return json.dumps(node, separators=(",", ":"))


def _finish(shop: Shop, row: Bulk, status: str) -> None:
    row.status, row.completed = status, shop.now()
    body = {
        "admin_graphql_api_id": gid("BulkOperation", row.id),
        "completed_at": moment(row.completed),
        "created_at": moment(row.created),
        "error_code": row.error.lower() if row.error else None,
        "status": status.lower(),
        "type": "query",
    }
    shop.queue.announce("bulk_operations/finish", lambda: body)


def read_one(call: Call, id: str) -> Shown | None:
    """bulkOperation."""
    row = call.shop.bulks.get(number_of(id, "BulkOperation"))
    return view(call.shop, row) if row else None


def current(call: Call, type: str = "QUERY") -> Shown | None:
    """currentBulkOperation: the newest."""
    newest = max(call.shop.bulks, default=None) if type == "QUERY" else None
    return view(call.shop, call.shop.bulks[newest]) if newest is not None else None


def file_of(shop: Shop, number: int) -> bytes | None:
    """The finished file, as long as its address is good."""
    row = shop.bulks.get(number)
    if row is None or row.completed is None or (shop.now() - row.completed).total_seconds() > FILE_SECONDS:
        return None
    return row.body


def view(shop: Shop, row: Bulk) -> Shown:
    count, body = len(row.lines) + len(row.children), row.body if row.completed else b""
    url = f"{shop.settings.url}/_files/bulk/{row.id}.jsonl" if body else None
    return {
        "__typename": "BulkOperation",
        "id": gid("BulkOperation", row.id),
        "status": row.status,
        "errorCode": row.error,
        "createdAt": row.created,
        "completedAt": row.completed,
        "objectCount": count,
        "rootObjectCount": row.roots,
        "fileSize": len(body) if body else None,
        "url": url if row.status == "COMPLETED" else None,
        "partialDataUrl": url if row.status == "FAILED" else None,
        "query": row.text,
        "type": "QUERY",
    }


def _refused(code: str, words: str, field: list[str] | None) -> Shown:
    return {"bulkOperation": None, "userErrors": [{"code": code, "message": words, "field": field}]}
