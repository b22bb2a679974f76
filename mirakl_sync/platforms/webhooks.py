"""What shops that send webhooks have in common: who signed, what a body says, and what is told where they are off."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.records.shop import Finding


def off(secret: str, enter: str) -> Finding:
    """Without ``secret`` nothing is listened to; ``enter`` says what to enter."""
    return Finding(
        False,
        "webhooks",
        f"Webhooks are off: without {secret} nobody could tell the shop's from a stranger's.",
        f"Enter {enter}. Until then changes are found by polling.",
    )


# Of shops that sign with a text we choose.
OFF = off("a secret", "any long random text as webhook_secret")


def no_secret() -> Misconfigured:
    """A delivery came, and nobody can say whose it is."""
    return Misconfigured(
        "No webhook secret is set for this store.", way_out="Enter webhook_secret, then let the webhooks be renewed."
    )


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in small letters."""
    return {name.lower(): value for name, value in headers.items()}


def check_signature(signature: str, expected: Iterable[bytes]) -> None:
    """``Refused`` where the signature is none of those expected, compared in constant time."""
    # every one is tried, so that the time taken tells nothing
    fits = [hmac.compare_digest(each, signature.strip().encode()) for each in expected]
    if not any(fits):
        raise Refused("The webhook's signature is missing or wrong.", code="bad_signature", status=401)


def payload(topic: str, body: bytes) -> Mapping[str, Any]:
    """The object a delivery carries, its numbers exact; ``Unreadable`` keeps what is none."""
    try:
        told = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise Unreadable(f"The webhook {topic} is no JSON.", payload=body.decode(errors="replace")) from error
    if not isinstance(told, Mapping):
        raise Unreadable(f"The webhook {topic} is no object.", payload=told)
    return told
