"""Jobs by OCAPI: ExportOrders and ExportInventoryLists write into the Impex folder (reference 6, 9)."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from mirakl_sync.sandbox.salesforce import warehouse
from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import VERSION, Fault
from mirakl_sync.sandbox.salesforce.folder import write
from mirakl_sync.sandbox.salesforce.impex import inventory_xml, orders_xml
from mirakl_sync.sandbox.salesforce.inventory import whole
from mirakl_sync.sandbox.salesforce.model import Execution
from mirakl_sync.sandbox.salesforce.ocapi import DATA
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.shop import Shop

MOST_ORDERS = 1000
FOLDERS = {"ExportOrders": "src/order", "ExportInventoryLists": "src/inventory"}


def start(call: Call) -> Reply:
    """400 `JobAlreadyRunningException` while the last one runs."""
    shop, job = call.shop, call.parts["job"]
    if job not in FOLDERS:
        raise Fault(404, "JobNotFoundException", f"No job with ID '{job}' was found.", jobId=job)
    finish_due(shop)
    if any(one.job == job and one.finished is None for one in shop.executions.values()):
        raise Fault(400, "JobAlreadyRunningException", f"The job '{job}' is already running.", jobId=job)
    given = call.json if isinstance(call.json, dict) else {"parameters": call.json or []}
    parameters = given.get("parameters") or []
    if not isinstance(parameters, list) or any(not isinstance(one, dict) or "name" not in one for one in parameters):
        raise Fault(400, "InvalidPropertyValueException", "The parameters are a list of names and values.")
    now = shop.now()
    told = [{"name": str(one["name"]), "value": str(one.get("value", ""))} for one in parameters]
    client = call.token.client.client_id if call.token else ""
    due = now + timedelta(seconds=shop.settings.job_seconds)
    execution = Execution(str(len(shop.executions) + 1), job, client, told, now, due)
    shop.executions[execution.id] = execution
    return Reply(_shown(shop, execution))


def read(call: Call) -> Reply:
    finish_due(call.shop)
    execution = call.shop.executions.get(call.parts["execution"])
    if execution is None or execution.job != call.parts["job"]:
        words = f"No execution '{call.parts['execution']}' of the job '{call.parts['job']}' was found."
        raise Fault(404, "JobExecutionNotFoundException", words)
    return Reply(_shown(call.shop, execution))


def finish_due(shop: Shop) -> None:
    """What the clock alone does: jobs whose time has come write their files and end."""
    for execution in shop.executions.values():
        if execution.finished is None and execution.due <= shop.now():
            execution.finished = execution.due
            _run(shop, execution)


def _run(shop: Shop, execution: Execution) -> None:
    if execution.job == "ExportOrders":
        _export_orders(shop, execution)
        return
    _write(shop, execution, inventory_xml((shop.records[sku] for sku in sorted(shop.records)), shop.settings))


def _export_orders(shop: Shop, execution: Execution) -> None:
    """What is ready, a thousand at most; the OMS that reads the file has each of them then."""
    ready = sorted(shop.orders.waiting(), key=lambda order: order.created)
    orders = list(islice(ready, MOST_ORDERS))
    if not orders:
        execution.exit_code = "NO_ORDERS_FOUND"
        return
    _write(shop, execution, orders_xml(orders, shop.settings))
    for order in orders:
        warehouse.export(shop, order)


def _write(shop: Shop, execution: Execution, content: bytes) -> None:
    prefix = execution.parameter("FileNamePrefix") or execution.job
    folder = execution.parameter("WorkingFolder").strip("/") or FOLDERS[execution.job]
    path = f"{folder}/{prefix}_{execution.started:%Y%m%d%H%M%S}_{execution.id}.xml"
    write(shop.files, path, content, shop.now())
    execution.exit_code = "OK"
    execution.written = path


def _shown(shop: Shop, execution: Execution) -> dict[str, Any]:
    body: dict[str, Any] = {
        "_v": VERSION,
        "_type": "job_execution",
        "id": execution.id,
        "job_id": execution.job,
        "client_id": execution.client,
        "execution_status": _status(shop, execution),
        "start_time": printed(execution.started),
        "parameters": execution.parameters,
        "is_log_file_existing": bool(execution.written),
        "log_file_path": f"/Sites/Impex/log/{execution.job}_{execution.id}.log",
    }
    if execution.finished:
        lasted = execution.finished - execution.started
        body |= {
            "status": execution.exit_code,
            "exit_status": {"_type": "status", "code": execution.exit_code, "status": "ok"},
            "end_time": printed(execution.finished),
            "duration": whole(lasted.total_seconds() * 1000),
        }
    return body


def _status(shop: Shop, execution: Execution) -> str:
    if execution.finished:
        return "finished"
    half = execution.started + (execution.due - execution.started) / 2
    return "running" if shop.now() >= half else "pending"


EXECUTIONS = f"{DATA}/jobs/{{job}}/executions"
ROUTES = [
    Route("POST", EXECUTIONS, "job.start", "ocapi", start),
    Route("GET", f"{EXECUTIONS}/{{execution}}", "job.read", "ocapi", read),
]
