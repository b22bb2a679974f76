"""Bugs to Sentry, where a DSN is set: without buyers, without secrets, without what is expected anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.config import Config
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.http.redact import redact, redact_url

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start(config: Config, *, process: str) -> bool:
    """Report this process's bugs; False, and nothing loaded, without a DSN.

    Our own errors are rows, questions and red tasks already; only what nobody planned is reported. Sub-minute ticks
    have no Sentry monitor, so beat is watched through heartbeats instead (stack.md 4.4).
    """
    if not config.sentry_dsn:
        return False
    import sentry_sdk

    sentry_sdk.init(
        dsn=config.sentry_dsn,
        environment=config.environment,
        server_name=process,
        before_send=without_secrets,
        # local variables hold orders, and orders hold buyers
        include_local_variables=False,
        max_request_body_size="never",
        ignore_errors=[MiraklSyncError],
    )
    return True


def without_secrets(event: Event, _hint: Hint) -> Event:
    """The event with secrets and buyers' data replaced, in structures by name and in sentences by address."""
    cleaned: Event = _texts(redact(event))
    return cleaned


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return redact_url(value) if isinstance(value, str) and "//" in value else value
