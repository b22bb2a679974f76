"""The sandbox's remote control, for those who play the buyers, the people and the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from mirakl_sync.errors import MiraklSyncError

PATIENCE = 20


class NotPossible(MiraklSyncError):
    """The sandbox refuses the wish: the order is in another state by now."""


class Remote:
    """One sandbox server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False

    def get(self, what: str) -> Any:
        """Read something."""
        return self._read(self._http.get(f"{self.url}/_sandbox/{what}", timeout=PATIENCE))

    def post(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something; ``NotPossible`` when it cannot be done now."""
        return self._read(self._http.post(f"{self.url}/_sandbox/{what}", json=dict(body or {}), timeout=PATIENCE))

    def put(self, what: str, body: Mapping[str, Any]) -> Any:
        """Change something."""
        return self._read(self._http.put(f"{self.url}/_sandbox/{what}", json=dict(body), timeout=PATIENCE))

    def delete(self, what: str) -> Any:
        """Take something away."""
        return self._read(self._http.delete(f"{self.url}/_sandbox/{what}", timeout=PATIENCE))

    def close(self) -> None:
        """Return the connections."""
        self._http.close()

    def _read(self, answer: requests.Response) -> Any:
        if answer.status_code == 409:
            raise NotPossible(answer.text[:200])
        answer.raise_for_status()
        return answer.json()
