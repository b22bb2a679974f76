"""/bulk: what became of asynchronous calls."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.bulk import bulk_json, find_bulk
from mirakl_sync.sandbox.magento.routing import Call, Route

RESOURCE = "Magento_Logging::system_magento_logging_bulk_operations"


def get_status(call: Call, bulk: str) -> Any:
    return bulk_json(find_bulk(call.shop, bulk), detailed=False)


def get_details(call: Call, bulk: str) -> Any:
    return bulk_json(find_bulk(call.shop, bulk), detailed=True)


ROUTES = [
    Route("GET", "bulk/<bulk>/status", "bulk.status", RESOURCE, get_status),
    Route("GET", "bulk/<bulk>/detailed-status", "bulk.details", RESOURCE, get_details),
]
