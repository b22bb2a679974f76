"""`/async/…` and `/async/bulk/…`: taken at once, done only when somebody runs the consumer (reference 2, 99.6)."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.magento.errors import Crash, RestError, no_such
from mirakl_sync.sandbox.magento.routing import Call, Found
from mirakl_sync.sandbox.magento.values import encode

DONE, REFUSED, OPEN = 1, 3, 4
SAVED = "Magento\\Catalog\\Model\\ProductRepository\\Interceptor::save"
PRODUCT_SAVED = "async.magento.catalog.api.productrepositoryinterface.save"
SERVICES = {f"{PRODUCT_SAVED}.post": SAVED, f"{PRODUCT_SAVED}.put": SAVED}
"""What a message names as done, where it was recorded; elsewhere the topic stands in."""


@dataclass
class Operation:
    number: int
    call: Call
    route: Any
    arguments: dict[str, str]
    status: int = OPEN
    result: str | None = None
    message: str | None = None
    error_code: int | None = None


@dataclass
class Bulk:
    id: str
    topic: str
    started: str
    operations: list[Operation] = field(default_factory=list)


def accept(call: Call, found: Found) -> dict[str, Any]:
    """Queues the call, or every element of a bulk's array. Nothing of it is checked yet."""
    shop, several = call.shop, found.later == "async/bulk"
    bodies = call.body if several else [call.body]
    if not isinstance(bodies, list):
        raise RestError(400, "Decoding error.")
    bulk = Bulk(str(uuid.uuid4()), str(found.route.topic), shop.now())
    items = []
    for place, body in enumerate(bodies):
        # "bySku" stands in the path of a bulk for an argument of each body.
        given = {name: str((body or {}).get(name, value)) for name, value in found.arguments.items()}
        one = Call(shop, call.base, call.store, [], body, late=True)
        bulk.operations.append(Operation(place, one, found.route, given if several else found.arguments))
        digest = hashlib.sha256(json.dumps(body, default=str).encode()).hexdigest()
        items.append({"id": place, "data_hash": digest, "status": "accepted"})
    shop.bulks[bulk.id] = bulk
    return {"bulk_uuid": bulk.id, "request_items": items, "errors": False}


def consume(shop: Any) -> int:
    """What `bin/magento queue:consumers:start async.operations.all` does. Answers how many operations were done."""
    waiting = [one for bulk in shop.bulks.values() for one in bulk.operations if one.status == OPEN]
    for operation in waiting:
        _do(operation)
    return len(waiting)


def _do(operation: Operation) -> None:
    try:
        body = operation.route.view(operation.call, **operation.arguments)
    except RestError as error:
        operation.status, operation.message, operation.error_code = REFUSED, error.message, 0
    except Crash:
        operation.status, operation.message, operation.error_code = REFUSED, Crash.TEXT, 0
    else:
        operation.status, operation.result = DONE, encode(body).replace("\\/", "/")
        operation.message = f"Service execution success {SERVICES.get(operation.route.topic, operation.route.topic)}"


def find_bulk(shop: Any, number: str) -> Bulk:
    bulk: Bulk | None = shop.bulks.get(number)
    if bulk is None:
        raise no_such("bulkUuid", number)
    return bulk


def bulk_json(bulk: Bulk, *, detailed: bool) -> dict[str, Any]:
    """Short: id, status and message of every operation; detailed: what was sent and what came of it."""
    shown = _detailed if detailed else _short
    return {
        "operations_list": [shown(bulk, operation) for operation in bulk.operations],
        "user_type": 1,
        "bulk_id": bulk.id,
        "description": f"Topic {bulk.topic}",
        "start_time": bulk.started,
        "user_id": 1,
        "operation_count": len(bulk.operations),
    }


def _short(bulk: Bulk, operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.number,
        "status": operation.status,
        "result_message": operation.message,
        "error_code": operation.error_code,
    }


def _detailed(bulk: Bulk, operation: Operation) -> dict[str, Any]:
    """What was sent is forgotten once it is done (recorded, 38-bulk-detailed-after)."""
    sent = None
    if operation.status == OPEN:
        meta = json.dumps(operation.call.body, separators=(",", ":"), default=float)
        envelope = {"entity_id": None, "entity_link": "", "meta_information": meta, "store_id": "1"}
        sent = json.dumps(envelope, separators=(",", ":"))
    return {
        "id": operation.number,
        "bulk_uuid": bulk.id,
        "topic_name": bulk.topic,
        "serialized_data": sent,
        "result_serialized_data": operation.result,
        "status": operation.status,
        "result_message": operation.message,
        "error_code": operation.error_code,
    }
