"""Our subscriptions at the module async-events: there, and at the right address."""

from __future__ import annotations

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.records.shop import Finding

EVENTS = ("sales.order.updated", "sales.shipment.created", "sales.creditmemo.created")


def watch(client: MagentoClient, hooks_url: str, secret: str) -> list[Finding]:
    """One finding per event: what was found, what was mended. See ``Platform.watch``."""
    if not secret:
        return [
            Finding(
                False,
                "webhooks",
                "Webhooks are off: no secret is set, so nobody could tell the shop's from a stranger's.",
                "Enter any long random text as webhook_secret. Until then changes are found by polling.",
            )
        ]
    known = {str(row.get("event_name")) for row in client.subscriptions() if _ours(row, hooks_url)}
    return [_mended(client, event, hooks_url, secret, known) for event in EVENTS]


def _ours(row: object, url: str) -> bool:
    told = row if isinstance(row, dict) else {}
    return told.get("recipient_url") == url and told.get("status") not in (False, 0, "0", "false")


def _mended(client: MagentoClient, event: str, url: str, secret: str, known: set[str]) -> Finding:
    if event in known:
        return Finding(True, "webhooks", f"The webhook {event} is active.")
    try:
        client.subscribe(event, url, secret)
    except Refused as error:
        return Finding(False, "webhooks", f"The webhook {event} could not be made: {error.words}")
    return Finding(True, "webhooks", f"The webhook {event} was missing and has been made.")
