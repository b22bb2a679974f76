"""Who is asking: Basic and query keys over https, OAuth 1.0a without, and the exact refusals (reference 1, 99.1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote, unquote

from flask import Request

from mirakl_sync.sandbox.woocommerce.errors import RestError
from mirakl_sync.sandbox.woocommerce.settings import Key
from mirakl_sync.sandbox.woocommerce.shop import Shop

OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
TIME_WINDOW_SECONDS = 15 * 60
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
REALM = (
    'Basic realm="WooCommerce API. Use a consumer key in the username field '
    'and a consumer secret in the password field."'
)
READS = {"GET", "HEAD"}
REFUSALS = {
    "list": ("view", "Sorry, you cannot list resources."),
    "get": ("view", "Sorry, you cannot view this resource."),
    "create": ("create", "Sorry, you are not allowed to create resources."),
    "update": ("edit", "Sorry, you are not allowed to edit this resource."),
    "delete": ("delete", "Sorry, you are not allowed to delete this resource."),
    "batch": ("batch", "Sorry, you are not allowed to batch manipulate this resource."),
}


def authenticate(shop: Shop, request: Request) -> Key | None:
    """The key behind a request, None for nobody. Raises 401 where the real server calls it an authentication error."""
    key = _by_basic(shop, request) if shop.settings.treat_as_https else None
    key = key or _by_oauth(shop, request)
    if key is None or request.method == "OPTIONS":
        return key
    needed = "read" if request.method in READS else "write"
    if needed not in key.permissions:
        raise _error(f"The API key provided does not have {needed} permissions.")
    return key


def refuse_strangers(key: Key | None, action: str) -> None:
    """401 for nobody (also: unknown key, header lost on the way), 403 for a known user without the right."""
    if action == "open" or (key and key.capable):
        return
    word, message = REFUSALS[action]
    raise RestError(403 if key else 401, f"woocommerce_rest_cannot_{word}", message)


def _error(message: str, **headers: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message, **headers)


def _by_basic(shop: Shop, request: Request) -> Key | None:
    name, secret = request.args.get("consumer_key"), request.args.get("consumer_secret")
    if not (name and secret):
        name, secret = _basic_pair(shop, request)
    key = next((key for key in shop.keys if key.consumer_key == name), None)
    if key and not hmac.compare_digest(key.consumer_secret.encode(), (secret or "").encode()):
        raise _error("Consumer secret is invalid.", **{"WWW-Authenticate": REALM})
    return key


def _header(shop: Shop, request: Request) -> str:
    return "" if shop.settings.authorization_header_lost else request.headers.get("Authorization", "")


def _basic_pair(shop: Shop, request: Request) -> tuple[str | None, str | None]:
    scheme, _, coded = _header(shop, request).partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return name, secret


def _by_oauth(shop: Shop, request: Request) -> Key | None:
    params = _oauth_params(shop, request)
    given = [name for name in OAUTH if params.get(name)]
    if not given:
        return None
    missing = [name for name in OAUTH if name not in given]
    if missing:
        word = "parameter" if len(missing) == 1 else "parameters"
        code = "woocommerce_rest_authentication_missing_parameter"
        raise RestError(401, code, f"Missing OAuth {word} {', '.join(missing)}")
    key = next((key for key in shop.keys if key.consumer_key == params["oauth_consumer_key"]), None)
    if key is None:
        raise _error("Consumer key is invalid.")
    _check_signature(request, params, key)
    _check_time_and_nonce(shop, params)
    return key


def _oauth_params(shop: Shop, request: Request) -> dict[str, str]:
    """From the query, or from `Authorization: OAuth …`."""
    scheme, _, rest = _header(shop, request).partition(" ")
    found = re.findall(r'(oauth_\w+)="([^"]*)"', rest) if scheme.lower() == "oauth" else []
    return {**request.args.to_dict(), **{name: unquote(value) for name, value in found}}


def _check_signature(request: Request, params: dict[str, str], key: Key) -> None:
    method = params["oauth_signature_method"]
    if method not in HASHES:
        raise _error("Invalid signature - signature method is invalid.")
    wanted = oauth_signature(request.method, request.base_url, params, key.consumer_secret)
    if not hmac.compare_digest(wanted.encode(), params["oauth_signature"].encode()):
        raise _error("Invalid signature - provided signature does not match.")


def oauth_signature(method: str, url: str, params: dict[str, Any], secret: str) -> str:
    """One-legged OAuth 1.0a over the query parameters; the signing key is the secret and an ampersand."""
    pairs = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in params.items() if k != "oauth_signature")
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), quote(url, safe="~"), quote(joined, safe="~")))
    hashed = hmac.new(f"{secret}&".encode(), base.encode(), HASHES[params["oauth_signature_method"]])
    return base64.b64encode(hashed.digest()).decode()


def _check_time_and_nonce(shop: Shop, params: dict[str, str]) -> None:
    now, given = int(shop.clock.seconds()), params["oauth_timestamp"]
    if not given.isdigit() or abs(now - int(given)) > TIME_WINDOW_SECONDS:
        raise _error("Invalid timestamp.")
    seen = (params["oauth_consumer_key"], params["oauth_nonce"])
    if seen in shop.nonces:
        raise _error("Invalid nonce - nonce has already been used.")
    shop.nonces = {nonce: at for nonce, at in shop.nonces.items() if at > now - TIME_WINDOW_SECONDS}
    shop.nonces[seen] = int(given)
