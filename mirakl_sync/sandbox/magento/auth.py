"""Who is asking: OAuth 1.0a signed with HMAC-SHA256, or the integration's token as Bearer (reference 1, 99.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote

from flask import Request

from mirakl_sync.sandbox.magento.errors import RestError, refused, unauthorized
from mirakl_sync.sandbox.magento.shop import Shop

HASHES = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
NEEDED = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_nonce",
    "oauth_timestamp",
)
SECONDS_AHEAD = 600
NONCES_KEPT = 200_000
KEY_LENGTH = 32
BAD_SIGNATURE = "The signature is invalid. Verify and try again."
PAIR = re.compile(r'(\w+)="([^"]*)"')


def authorize(shop: Shop, request: Request, resource: str) -> None:
    """Lets the integration pass where it has the right. Raises 401 or, for what OAuth cannot read, 400."""
    if resource == "anonymous":
        return
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "oauth":
        _check_oauth(shop, request, {name: unquote(value) for name, value in PAIR.findall(rest)})
    elif scheme.lower() != "bearer" or not _is_bearer(shop, rest):
        raise unauthorized(resource)
    if resource in shop.settings.denied:
        raise unauthorized(resource)


def _is_bearer(shop: Shop, token: str) -> bool:
    return shop.settings.takes_bearer and hmac.compare_digest(token.strip().encode(), shop.access.token.encode())


def _check_oauth(shop: Shop, request: Request, given: dict[str, str]) -> None:
    for name in NEEDED:
        if not given.get(name):
            raise RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})
    method = given["oauth_signature_method"]
    if method not in HASHES or (method == "HMAC-SHA1" and shop.settings.release >= (2, 4, 4)):
        raise refused("Signature method %1 is not supported", method)
    if len(given["oauth_consumer_key"]) != KEY_LENGTH:
        raise RestError(401, "Consumer key is not the correct length")
    if given["oauth_consumer_key"] != shop.access.consumer_key:
        raise RestError(401, "A consumer having the specified key does not exist")
    _check_time_and_nonce(shop, given)
    if len(given["oauth_token"]) != KEY_LENGTH:
        raise RestError(401, "The token length is invalid. Check the length and try again.")
    if given["oauth_token"] != shop.access.token:
        raise RestError(401, "Specified token does not exist")
    wanted = signature(shop, request.method, _address(request), _query(request), given)
    if not hmac.compare_digest(wanted.encode(), given["oauth_signature"].encode()):
        raise RestError(401, BAD_SIGNATURE)
    if "%2f" in raw_path(request).lower() and shop.settings.encoded_slashes == "refused":
        raise RestError(401, BAD_SIGNATURE)


def _check_time_and_nonce(shop: Shop, given: dict[str, str]) -> None:
    now, at = shop.clock.seconds(), given["oauth_timestamp"]
    if not at.isdigit() or int(at) > now + SECONDS_AHEAD:
        raise RestError(401, "The timestamp value in the oauth_timestamp parameter is invalid.")
    if given["oauth_nonce"] in shop.nonces:
        words = "The nonce is already being used by the consumer with ID %1."
        raise RestError(401, words, [1])
    if len(shop.nonces) >= NONCES_KEPT:
        shop.nonces.clear()
    shop.nonces[given["oauth_nonce"]] = now


def signature(shop: Shop, method: str, url: str, query: list[tuple[str, str]], given: dict[str, str]) -> str:
    """The signature the request should have: a JSON body takes no part, the query does with its names encoded once."""
    own = [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in [*query, *own])
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _escaped(url), _escaped(joined)))
    key = f"{_escaped(shop.access.consumer_secret)}&{_escaped(shop.access.token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), HASHES[given["oauth_signature_method"]]).digest()
    return base64.b64encode(digest).decode()


def raw_path(request: Request) -> str:
    """The path before anything was decoded."""
    uri = str(request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or "")
    return uri.partition("?")[0] if uri.startswith("/") else quote(request.path)


def _address(request: Request) -> str:
    return f"{request.scheme}://{request.host}{raw_path(request)}"


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)


def _escaped(text: str) -> str:
    return quote(text, safe="~")
