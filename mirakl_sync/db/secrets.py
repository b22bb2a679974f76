"""Secrets at rest: encrypted with the keys of ``MIRAKL_SYNC_SECRET_KEY``, the first of which encrypts."""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mirakl_sync.errors import Misconfigured

_keys: list[str] = []


def use_keys(keys: list[str]) -> None:
    """Set the process's keys, newest first; older ones still decrypt, so that keys can be changed in service."""
    _keys[:] = keys
    _cipher.cache_clear()


@lru_cache(maxsize=1)
def _cipher() -> MultiFernet:
    if not _keys:
        raise Misconfigured(
            "No key for secrets at rest.",
            way_out="Set MIRAKL_SYNC_SECRET_KEY (make one with `mirakl-sync secret new-key`).",
        )
    try:
        return MultiFernet([Fernet(key) for key in _keys])
    except ValueError as error:
        raise Misconfigured(
            "MIRAKL_SYNC_SECRET_KEY is not a usable key.",
            way_out="Make one with `mirakl-sync secret new-key`; several are separated by commas.",
        ) from error


def encrypt(text: str) -> str:
    """The text as a token only our keys can read."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token; ``Misconfigured`` when none of our keys fits."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Misconfigured(
            "A stored secret cannot be read with the present key.",
            way_out="Set MIRAKL_SYNC_SECRET_KEY to the key it was stored with (old keys may follow after a comma).",
        ) from error


def new_key() -> str:
    """A fresh key for ``MIRAKL_SYNC_SECRET_KEY``."""
    return Fernet.generate_key().decode()
