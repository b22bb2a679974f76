"""From authentication as data to what requests signs with."""

from __future__ import annotations

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauthlib import OAuth1 as Signer

from mirakl_sync.http.contract import Auth, Basic, OAuth1, QueryKeys, RawKey, TokenHeader, TokenSource


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


class TokenAuth(AuthBase):
    """Shows a token that may change; ``shown`` is read back from a request to say which one was refused."""

    def __init__(self, source: TokenSource, header: str, scheme: str) -> None:
        self._source, self._header = source, header
        self._before = f"{scheme} " if scheme else ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        shown = self._before + self._source.token()
        request.headers[self._header] = shown.encode()  # type: ignore[assignment]  # bytes keep any character whole
        return request

    def refused(self, request: PreparedRequest) -> bool:
        """The server did not take the token this request showed; True when there may be another."""
        shown = request.headers.get(self._header, b"")
        text = shown.decode() if isinstance(shown, bytes) else shown
        return self._source.refused(text.removeprefix(self._before))


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
        case TokenHeader():
            return TokenAuth(auth.source, auth.header, auth.scheme)
        case OAuth1():
            signs: AuthBase = Signer(
                auth.client_key,
                client_secret=auth.client_secret,
                resource_owner_key=auth.token or None,
                resource_owner_secret=auth.token_secret or None,
                signature_method=auth.signature,
            )
            return signs
