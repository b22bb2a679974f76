"""Tokens given out (Account Manager, SLAS) and tokens shown at the doors (reference 2)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from mirakl_sync.sandbox.salesforce.errors import Fault, OAuthError, Problem
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.settings import Client, Token
from mirakl_sync.sandbox.salesforce.shop import Shop

TSOB_FIELDS = ("grant_type", "hint", "login_id", "idp_origin", "client_id", "channel_id")
ORIGINS = {
    "apple", "auth0", "azure", "azure_adb2c", "cognito", "default", "ecom", "facebook", "forgerock", "gigya",
    "gigya_socialize", "google", "okta", "ping", "salesforce",
}  # fmt: skip
TSOB_SCOPE = "sfcc.ts_ext_on_behalf_of"
SAME_LOGIN_SECONDS = 1.0
REFRESH_SECONDS = 2592000
TWICE = "The same loginId and tenantId tried to login twice within 1 second."


def account_manager_token(call: Call) -> Reply:
    """client_credentials; the scopes asked for come back, `SALESFORCE_COMMERCE_API:<tenant>` among them."""
    client = _client(call, "account_manager", "invalid_client", "Client authentication failed")
    if call.form.get("grant_type") != "client_credentials":
        raise OAuthError(400, "unsupported_grant_type", "The grant type is not supported.")
    asked = call.form.get("scope", "").split()
    named = [scope for scope in asked if not scope.startswith("SALESFORCE_COMMERCE_API:")]
    tenant = f"SALESFORCE_COMMERCE_API:{call.shop.settings.tenant}"
    if any(scope not in client.scopes for scope in named) or any(s != tenant for s in asked if s not in named):
        raise OAuthError(400, "invalid_scope", "Unknown/invalid scope(s): " + str(asked))
    granted = frozenset(named) if tenant in asked else frozenset()
    text, _ = _mint(call.shop, "account_manager", client, granted)
    answer = {"access_token": text, "scope": " ".join(asked), "token_type": "Bearer"}
    return Reply({**answer, "expires_in": call.shop.settings.token_seconds})


def trusted_system_token(call: Call) -> Reply:
    """Trusted system on behalf of: two logins of one id within a second are a conflict (409)."""
    shop = call.shop
    client = _client(call, "slas", "invalid_client", "Basic Authorization failed.")
    _check_organization(call)
    _check_form(call)
    if TSOB_SCOPE not in client.scopes:
        raise OAuthError(400, "invalid_request", "Bad or missing request parameters.")
    login, now = call.form["login_id"], shop.clock.seconds()
    last = shop.logins.get(login)
    if last is not None and now - last < SAME_LOGIN_SECONDS:
        raise OAuthError(409, "conflict", TWICE)
    shop.logins[login] = now
    return _shopper_answer(shop, client, "tsob")


def guest_token(call: Call) -> Reply:
    """A guest's shopper token for Shopper Products, Search and Availability."""
    client = _client(call, "slas", "invalid_client", "Basic Authorization failed.")
    _check_organization(call)
    if call.form.get("grant_type") != "client_credentials":
        raise OAuthError(400, "invalid_request", "Bad or missing request parameters.")
    if call.form.get("channel_id") != call.shop.settings.site:
        raise OAuthError(400, "invalid_request", "Bad or missing request parameters.")
    return _shopper_answer(call.shop, client, "shopper")


def _check_form(call: Call) -> None:
    missing = [name for name in TSOB_FIELDS if not call.form.get(name)]
    known = (
        call.form.get("grant_type") == "client_credentials"
        and call.form.get("hint") == "ts_ext_on_behalf_of"
        and call.form.get("idp_origin") in ORIGINS
        and call.form.get("channel_id") == call.shop.settings.site
    )
    if missing or not known:
        raise OAuthError(400, "invalid_request", "Bad or missing request parameters.")
    named = _basic(call)[0]
    if call.form["client_id"] != named:
        raise OAuthError(400, "invalid_request", "Bad or missing client_id.")


def _check_organization(call: Call) -> None:
    if call.parts["org"] != call.shop.settings.organization:
        raise OAuthError(400, "invalid_request", "Tenant Id Exception - Must be a well-formed tenantId")


def _shopper_answer(shop: Shop, client: Client, kind: str) -> Reply:
    scopes = frozenset(scope for scope in client.scopes if scope != TSOB_SCOPE)
    text, _ = _mint(shop, kind, client, scopes)
    return Reply(
        {
            "access_token": text,
            "id_token": "",
            "refresh_token": secrets.token_urlsafe(32),
            "expires_in": shop.settings.token_seconds + 1,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "token_type": "Bearer",
            "usid": shop.next_id("usid"),
            "customer_id": shop.next_id("guest"),
            "enc_user_id": "084E0381478DC1CF",
            "idp_access_token": "",
        }
    )


def _mint(shop: Shop, kind: str, client: Client, scopes: frozenset[str]) -> tuple[str, Token]:
    now = shop.clock.seconds()
    for text in [text for text, token in shop.tokens.items() if token.expires < now - shop.settings.token_seconds]:
        del shop.tokens[text]
    token = Token(kind, client, scopes, now + shop.settings.token_seconds)
    text = secrets.token_urlsafe(48)
    shop.tokens[text] = token
    return text, token


def _basic(call: Call) -> tuple[str, str]:
    scheme, _, coded = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _client(call: Call, kind: str, error: str, words: str) -> Client:
    name, secret = _basic(call)
    for client in call.shop.clients:
        if client.kind == kind and client.client_id == name and _same(client.client_secret, secret):
            return client
    raise OAuthError(401, error, words)


def basic_is(call: Call, user: str, password: str) -> bool:
    """Do the Basic credentials of the call name this user?"""
    name, secret = _basic(call)
    return _same(name, user) and _same(secret, password)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def bearer(call: Call) -> tuple[str, Token | None]:
    """The token text of the call and what is known of it, expired or not."""
    scheme, _, text = call.headers.get("Authorization", "").partition(" ")
    text = text.strip() if scheme.lower() == "bearer" else ""
    return text, call.shop.tokens.get(text)


def admit(call: Call, route: Route) -> Token | None:
    """The token a route asks for. Raises 401 for none, a wrong or an expired one, 403 where it opens other doors."""
    if route.door in ("oauth", "webdav"):
        return None
    text, token = bearer(call)
    expired = token is not None and token.expires <= call.shop.clock.seconds()
    if route.door == "ocapi":
        return _admit_to_ocapi(call, token, expired)
    if token is None or expired or token.kind not in route.tokens:
        raise _unauthorized(route, text)
    if not token.scopes.intersection(route.scopes):
        words = "Your access-token is valid, but you have no permissions to access the resource."
        raise Problem(403, "Forbidden", words)
    return token


def _unauthorized(route: Route, text: str) -> Problem:
    if "account_manager" in route.tokens:
        words = "The request is unauthorized, the access token is invalid."
        return Problem(401, "Invalid Access Token", words, accessToken=text[:27])
    return Problem(401, "Unauthorized", "Unauthorized request")


def _admit_to_ocapi(call: Call, token: Token | None, expired: bool) -> Token:
    """Scopes mean nothing here: the OCAPI settings of the site name the client."""
    if expired:
        raise Fault(401, "ExpiredTokenException", "Unauthorized request! The access token is expired.")
    if token is None or token.kind != "account_manager":
        raise Fault(401, "InvalidAccessTokenException", "Unauthorized request! The access token is invalid.")
    if not token.client.ocapi:
        words = f"Access to resource '{call.path}' isn't allowed for the client '{token.client.client_id}'."
        raise Fault(403, "ClientAccessForbiddenException", words, clientId=token.client.client_id, path=call.path)
    return token


SLAS = "/shopper/auth/v1/organizations/{org}/oauth2"
ROUTES = [
    Route("POST", "/dwsso/oauth2/access_token", "token.account_manager", "oauth", account_manager_token),
    Route("POST", f"{SLAS}/trusted-system/token", "token.trusted_system", "oauth", trusted_system_token),
    Route("POST", f"{SLAS}/token", "token.guest", "oauth", guest_token),
]
