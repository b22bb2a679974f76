"""The bodies we send, in Mirakl's spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def acceptance(decisions: Mapping[str, bool]) -> dict[str, Any]:
    """OR21: every line of the order with its answer. Mirakl knows no partial quantities and no reasons here."""
    return {"order_lines": [{"id": line_id, "accepted": accepted} for line_id, accepted in decisions.items()]}


def references(by_order: Mapping[str, str]) -> dict[str, Any]:
    """OR04: our reference on each order."""
    return {
        "orders": [
            {"order_id": order_id, "references": {"order_reference_for_seller": reference}}
            for order_id, reference in by_order.items()
        ]
    }
