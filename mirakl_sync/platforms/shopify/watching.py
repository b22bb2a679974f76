"""Our webhooks in the shop: there, and at the right address. The shop deletes those that failed eight times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.shopify import definitions
from mirakl_sync.platforms.shopify.asking import Asking
from mirakl_sync.platforms.shopify.documents import shop as documents
from mirakl_sync.platforms.shopify.notices import ORDER_IN, PRODUCT_IN
from mirakl_sync.platforms.webhooks import off
from mirakl_sync.records.shop import Finding

OFF = off("the app's client secret", "client_secret")
TOPICS = {topic.replace("/", "_").upper(): topic for topic in (*ORDER_IN, *PRODUCT_IN)}


def watch(asking: Asking, hooks_url: str, *, has_secret: bool) -> list[Finding]:
    """One finding per topic, and the version. See ``Platform.watch``."""
    if not has_secret:
        return [OFF]
    made = definitions.ensure(asking)
    rows = [row for page in asking.pages(documents.HOOKS, {}) for row in page]
    ours = [row for row in rows if row.get("uri") == hooks_url]
    findings = [
        _mend(asking, topic, [row for row in ours if row["topic"] == topic], hooks_url) for topic in sorted(TOPICS)
    ]
    if made:
        findings.append(Finding(True, "metafield", "Our metafield was missing and has been defined."))
    return findings + list(version(asking))


def version(asking: Asking) -> list[Finding]:
    """A shop that answers in another version than asked for has dropped ours."""
    if asking.served == asking.version:
        return []
    return [
        Finding(
            False,
            "version",
            f"Shopify answers in API version {asking.served}: {asking.version}, which we asked for, is not served any "
            "more.",
            "Install a release of ours that speaks a newer version.",
        )
    ]


def _mend(asking: Asking, topic: str, rows: list[Mapping[str, Any]], url: str) -> Finding:
    for row in rows[1:]:
        asking.ask(documents.UNSUBSCRIBE, {"id": row["id"]})
    if rows:
        return Finding(True, "webhooks", f"The webhook {TOPICS[topic]} is active.")
    try:
        asking.ask(documents.SUBSCRIBE, {"topic": topic, "to": {"uri": url, "format": "JSON"}})
    except Refused as error:
        words = f"The webhook {TOPICS[topic]} could not be made: {error.words}"
        return Finding(False, "webhooks", words, "The address must be public and https.")
    return Finding(True, "webhooks", f"The webhook {TOPICS[topic]} was missing and has been made.")
