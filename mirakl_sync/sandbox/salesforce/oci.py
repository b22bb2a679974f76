"""Omnichannel Inventory: availability by SKU, and what changed since a token (reference 7).

No contract of it could be had. Seen in public code: the three paths, `skus` and `groups` of a request,
`groups[].records[] {sku, ato}`, `placeType` and `places` of a delta token, and that the answer with the token is the
body of the next get-deltas as it stands. The other names are inferred.
"""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import Problem, bad_request
from mirakl_sync.sandbox.salesforce.model import Record
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.shop import Shop

MOST_SKUS = 100
MOST_DELTAS = 100
TOKEN_HOURS = 6
"""Inferred: a token that was not used for so long is refused, and all must be read again."""
BASE = "/inventory/availability/v1/organizations/{org}/availability-records"


def get_availability(call: Call) -> Reply:
    """Up to 100 SKUs in groups, locations or both. Unknown SKUs are left out."""
    given = _body(call)
    skus = given.get("skus")
    if not isinstance(skus, list) or not 1 <= len(skus) <= MOST_SKUS:
        raise bad_request(f"'skus' must hold 1 to {MOST_SKUS} elements.")
    if not given.get("groups") and not given.get("locations"):
        raise bad_request("Either 'groups' or 'locations' is required.")
    records = [call.shop.records[sku] for sku in skus if sku in call.shop.records]
    answer = {}
    for kind, own in _places(call.shop).items():
        if given.get(f"{kind}s"):
            _check_places(given[f"{kind}s"], own)
            answer[f"{kind}s"] = [{"id": own, "records": [_record(one) for one in records]}]
    return Reply(answer)


def delta_token(call: Call) -> Reply:
    """From now on: what changes after this is in the next deltas."""
    given = _body(call)
    kind = given.get("placeType")
    if kind not in _places(call.shop):
        raise bad_request("'placeType' is group or location.")
    _check_places(given.get("places") or [], _places(call.shop)[kind])
    return Reply({"deltaToken": _token(call.shop, kind, len(call.shop.changed))})


def get_deltas(call: Call) -> Reply:
    """Each SKU once, as it is now; `moreData` while there are more. The same token gives the same again."""
    kind, position = _position(call.shop, _body(call).get("deltaToken"))
    skus: dict[str, None] = {}
    changed = call.shop.changed
    while position < len(changed) and len(skus) < MOST_DELTAS:
        skus[changed[position]] = None
        position += 1
    records = [_record(call.shop.records[sku]) for sku in skus if sku in call.shop.records]
    answer = {
        f"{kind}s": [{"id": _places(call.shop)[kind], "records": records}],
        "deltaToken": _token(call.shop, kind, position),
        "moreData": position < len(changed),
    }
    return Reply(answer)


def _record(record: Record) -> dict[str, Any]:
    """ATO is what the classic record calls ATS; the part that can be sent at once is ATF."""
    return {
        "sku": record.product_id,
        "onHand": record.stock_level,
        "reserved": record.on_order,
        "safetyStockCount": 0,
        "atf": max(record.stock_level - record.on_order, 0),
        "ato": max(record.ats, 0),
        "futureStock": [],
        "effectiveDate": printed(record.modified),
    }


def _places(shop: Shop) -> dict[str, str]:
    return {"group": shop.settings.oci_group, "location": shop.settings.oci_location}


def _check_places(given: Any, own: str) -> None:
    if not isinstance(given, list) or not given or any(one != own for one in given):
        raise Problem(404, "Place Not Found", f"One of the places {given} does not exist.")


def _body(call: Call) -> dict[str, Any]:
    if not call.shop.settings.oci:
        raise Problem(404, "Not Found", "Omnichannel Inventory is not set up for this tenant.", "tenant-not-found")
    return call.json if isinstance(call.json, dict) else {}


def _token(shop: Shop, kind: str, position: int) -> str:
    return f"{kind}.{position}.{int(shop.clock.seconds())}"


def _position(shop: Shop, token: Any) -> tuple[str, int]:
    kind, _, rest = str(token).partition(".")
    position, _, given_at = rest.partition(".")
    if kind not in _places(shop) or not position.isdigit() or not given_at.isdigit():
        raise bad_request("The delta token is invalid.")
    too_old = shop.clock.seconds() - int(given_at) > TOKEN_HOURS * 3600
    if too_old or int(position) > len(shop.changed):
        raise Problem(400, "Delta Token Expired", "The delta token is expired; ask for a new one.")
    return kind, int(position)


SCOPES = ("sfcc.inventory.availability", "sfcc.inventory.availability.rw")
OPERATIONS = {
    "actions/get-availability": ("oci.availability", get_availability),
    "delta-token": ("oci.token", delta_token),
    "actions/get-deltas": ("oci.deltas", get_deltas),
}
ROUTES = [
    Route("POST", f"{BASE}/{path}", operation, "scapi", view, SCOPES, needs_site=False)
    for path, (operation, view) in OPERATIONS.items()
]
