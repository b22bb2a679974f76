"""From authentication as data to what requests signs with."""

from __future__ import annotations

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauthlib import OAuth1 as Signer

from mirakl_sync.http.contract import Auth, Basic, OAuth1, QueryKeys, RawKey


class _RawKeyAuth(AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key.strip().encode()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = self._key  # type: ignore[assignment]  # bytes keep any character whole
        return request


class _QueryAuth(AuthBase):
    def __init__(self, params: dict[str, str]) -> None:
        self._params = params

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.prepare_url(request.url, self._params)
        return request


def signer(auth: Auth) -> AuthBase | None:
    """What requests calls on every request; None for servers that ask for no credentials."""
    match auth:
        case None:
            return None
        case RawKey(key):
            return _RawKeyAuth(key)
        case Basic(user, password):
            return HTTPBasicAuth(user.encode(), password.encode())
        case QueryKeys(params):
            return _QueryAuth(dict(params))
        case OAuth1():
            signs: AuthBase = Signer(
                auth.client_key,
                client_secret=auth.client_secret,
                resource_owner_key=auth.token or None,
                resource_owner_secret=auth.token_secret or None,
                signature_method=auth.signature,
            )
            return signs
