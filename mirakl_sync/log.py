"""Logging with fields: which connection, order, step, attempt and task a line is about, as text or as JSON.

Secrets and buyers' data stay out: extras are redacted as kept payloads are, addresses in a line lose what is secret.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TextIO

from mirakl_sync.http.redact import redact, redact_url

# What every LogRecord has by itself; the rest was given as extra and is ours to show.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "fields"}
# Libraries that tell each connection, each tick and each success a second time; their trouble is still heard.
_CHATTY = (
    "urllib3",
    "kombu",
    "amqp",
    "celery.beat",
    "celery.app.trace",
    "celery.worker.request",
    "celery.worker.strategy",
    "waitress.queue",
)

_NOTHING: Mapping[str, object] = MappingProxyType({})
_bound: ContextVar[Mapping[str, object]] = ContextVar("mirakl_sync_log_fields", default=_NOTHING)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """While inside, every line of this thread carries these fields (connection, order, step, attempt, task)."""
    token = _bound.set({**_bound.get(), **{name: value for name, value in fields.items() if value is not None}})
    try:
        yield
    finally:
        _bound.reset(token)


def fields() -> Mapping[str, object]:
    """The fields every line of this thread carries now."""
    return _bound.get()


class Fields(logging.Filter):
    """Puts the process's name, the bound fields and the redacted extras of a line into ``record.fields``."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self._always = {"process": process} if process else {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line passes."""
        extras = {name: value for name, value in vars(record).items() if name not in _OWN}
        record.fields = redact({**self._always, **_bound.get(), **extras})
        return True


class TextFormat(logging.Formatter):
    """One line for people: time, level, who, sentence, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """``12:30:05.123Z INFO tasks.orders: waits for payment [order=17 task=orders.advance]``."""
        fields = " ".join(f"{name}={_short(value)}" for name, value in _fields(record).items())
        line = f"{_at(record)} {record.levelname} {record.name}: {_sentence(record)}"
        return "\n".join(part for part in (line + (f" [{fields}]" if fields else ""), self._trace(record)) if part)

    def _trace(self, record: logging.LogRecord) -> str:
        return redact_url(self.formatException(record.exc_info)) if record.exc_info else ""


class JsonFormat(TextFormat):
    """One JSON object a line, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """``{"at": …, "level": …, "logger": …, "words": …, "order": …, "trace": …}``."""
        said = {"at": _at(record), "level": record.levelname, "logger": record.name, "words": _sentence(record)}
        trace = self._trace(record)
        said |= {"trace": trace} if trace else {}
        return json.dumps({**_fields(record), **said}, default=str, ensure_ascii=False)


def configure(form: str, level: str, *, process: str = "", stream: TextIO | None = None) -> logging.Handler:
    """Send the whole log of ``process`` to ``stream`` (standard error) as ``text`` or ``json``. Repeatable."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Fields(process))
    handler.setFormatter(JsonFormat() if form == "json" else TextFormat())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    return handler


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = getattr(record, "fields", {})
    return fields


def _sentence(record: logging.LogRecord) -> str:
    return redact_url(record.getMessage())


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(value: object) -> str:
    text = str(value)
    return text if " " not in text else json.dumps(text, ensure_ascii=False)
