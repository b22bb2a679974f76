"""What Shopify answers, in its own words, for tests that need no shop."""

from __future__ import annotations

from typing import Any

LINE = "gid://shopify/LineItem/11"


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def page(*nodes: Any, more: bool = False) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": more, "endCursor": "eyJ" if more else None}}


def line(number: int = 11, sku: str = "MUG", quantity: int = 1, current: int | None = None, line_id: str = "L1") -> Any:
    attributes = [{"key": "_mirakl_line", "value": line_id}] if line_id else []
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": sku,
        "title": f"Article {sku}",
        "quantity": quantity,
        "currentQuantity": quantity if current is None else current,
        "customAttributes": attributes,
    }


def sent(number: int = 5, inside: dict[int, int] | None = None, status: str = "SUCCESS", *tracked: Any) -> Any:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": status,
        "createdAt": "2026-11-20T10:00:00Z",
        "updatedAt": "2026-11-20T10:00:00Z",
        "trackingInfo": list(tracked),
        "fulfillmentLineItems": page(
            *(
                {"quantity": quantity, "lineItem": {"id": f"gid://shopify/LineItem/{line}"}}
                for line, quantity in (inside or {11: 1}).items()
            )
        ),
    }


def tracked(company: str | None = "DHL", number: str | None = "D1", url: str | None = None) -> dict[str, Any]:
    return {"company": company, "number": number, "url": url}


def order(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": "gid://shopify/Order/6100000000001",
        "name": "#1001",
        "createdAt": "2026-11-20T09:00:00Z",
        "updatedAt": "2026-11-20T09:00:05Z",
        "cancelledAt": None,
        "sourceIdentifier": "MKP-1-A",
        "tags": ["mirakl"],
        "taxesIncluded": True,
        "displayFinancialStatus": "PENDING",
        "displayFulfillmentStatus": "UNFULFILLED",
        "totalPriceSet": money("24.85"),
        "currentTotalPriceSet": money("24.85"),
        "customAttributes": [{"key": "mirakl_reference", "value": "nordmarkt/2000/MKP-1-A"}],
        "reference": {"value": "nordmarkt/2000/MKP-1-A"},
        "claims": {"value": "ignoring_policy"},
        "released": None,
        "lineItems": page(line()),
        "fulfillmentOrders": {"nodes": [unit()]},
        "fulfillments": [],
        "refunds": [],
        "somethingNew": {"of": "tomorrow"},
    }
    return told | more


def unit(status: str = "OPEN", ours: bool = False, others: bool = False) -> dict[str, Any]:
    holds = [{"id": "gid://shopify/FulfillmentHold/1", "heldByRequestingApp": True}] * ours
    holds += [{"id": "gid://shopify/FulfillmentHold/2", "heldByRequestingApp": False}] * others
    return {"id": "gid://shopify/FulfillmentOrder/3", "status": status, "fulfillmentHolds": holds}


def variant(sku: str = "MUG", number: int = 1, levels: dict[int, int] | None = None, **more: Any) -> dict[str, Any]:
    told = {
        "id": f"gid://shopify/ProductVariant/{number}",
        "sku": sku,
        "price": "19.95",
        "updatedAt": "2026-11-20T09:00:00Z",
        "inventoryPolicy": "DENY",
        "product": {
            "id": f"gid://shopify/Product/{number}",
            "status": "ACTIVE",
            "productType": "Cups",
            "tags": ["Kitchen", "Cups"],
        },
        "inventoryItem": {
            "id": f"gid://shopify/InventoryItem/{number}00",
            "tracked": True,
            "requiresShipping": True,
            "inventoryLevels": page(
                *(level(place, pieces) for place, pieces in ({1: 7} if levels is None else levels).items())
            ),
        },
    }
    return told | more


def level(place: int, available: int, at: str = "2026-11-20T09:30:00Z") -> dict[str, Any]:
    return {
        "id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id=100",
        "updatedAt": at,
        "location": {"id": f"gid://shopify/Location/{place}"},
        "quantities": [{"quantity": available}],
    }
