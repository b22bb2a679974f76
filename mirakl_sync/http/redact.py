"""What may stay in logs and kept payloads: no secrets, and nothing that tells who a buyer is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GONE = "…"

_SECRETS = frozenset(
    """authorization proxy_authorization cookie set_cookie api_key apikey key_secret consumer_key consumer_secret
    client_secret access_token refresh_token oauth_token oauth_signature oauth_consumer_key oauth_nonce password
    passwd secret token token_secret order_key payment_url x_wc_webhook_signature x_auth_token""".split()  # noqa: SIM905  # a page of one-word lines otherwise
)
_BUYER = frozenset(
    """firstname lastname first_name last_name middlename civility company company_2 street street_1 street_2 street1
    street2 address_1 address_2 zip_code postcode city phone phone_secondary telephone fax email
    customer_notification_email additional_info customer_note customer_ip_address customer_user_agent
    vat_number tax_identification_number identification_number""".split()  # noqa: SIM905  # as above
)
# In these every text is the buyer's, except where on earth it is.
_PEOPLE = frozenset(
    """billing shipping billing_address shipping_address address accounting_contact delivery_contact
    organization""".split()  # noqa: SIM905  # as above
)
_STAYS = frozenset({"country", "country_code", "country_iso_code", "country_id", "locale", "organization_id"})
# Lists of {"code" or "key": name, "value": …}: what a buyer typed into a form may stand in any of them.
_FORMS = frozenset({"order_additional_fields", "order_line_additional_fields"})
_HIDDEN = _SECRETS | _BUYER
_META = re.compile(r"^_?(billing|shipping)_", re.IGNORECASE)
_IN_ADDRESS = re.compile(rf"(?i)([?&;](?:{'|'.join(sorted(_HIDDEN | {'key', 'search'}))})=)[^&#\s]*|(://)[^/@\s?#]+@")


def redact(value: Any) -> Any:
    """A copy of ``value`` (dicts, lists, scalars as JSON has them) with secrets and buyers replaced by "…"."""
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


def redact_url(url: str) -> str:
    """The address without user, password and the parameters that are secret or name a buyer."""
    return _IN_ADDRESS.sub(lambda found: f"{found[1] or found[2]}{GONE}{'@' if found[2] else ''}", url)


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    named = _name(value.get("key"))
    result = {}
    for key, item in value.items():
        name = _name(key)
        if name in _HIDDEN or (name in ("value", "display_value") and (named in _HIDDEN or _META.match(named))):
            result[key] = _gone(item)
        elif name in _PEOPLE and isinstance(item, Mapping):
            result[key] = _person(item)
        elif name in _FORMS:
            result[key] = _form(item)
        else:
            result[key] = redact(item)
    return result


def _person(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _person(item, _name(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_person(item, name) for item in value]
    return _gone(value) if isinstance(value, str) and name not in _STAYS else value


def _form(value: Any) -> Any:
    if not isinstance(value, list):
        return redact(value)
    return [{**item, "value": _gone(item.get("value"))} if isinstance(item, Mapping) else item for item in value]


def _gone(value: Any) -> Any:
    return value if value is None or value == "" else GONE


def _name(key: Any) -> str:
    return key.lower().replace("-", "_") if isinstance(key, str) else ""
