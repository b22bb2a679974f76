"""A line that slows down when the instance says that it is loaded, instead of waiting to be turned away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from mirakl_sync.http.contract import Answer, Operation, Transport, Upload

# From 80 % load on the answers say WARN, from 90 % THROTTLE, and then some calls are refused (503).
LOAD = "sfdc_load_status"
PAUSES = {"WARN": 0.25, "THROTTLE": 1.0}


class Paced:
    """Implements ``Transport`` over another one."""

    def __init__(self, line: Transport, sleep: Callable[[float], None]) -> None:
        self._line = line
        self._sleep = sleep

    def call(
        self,
        operation: Operation,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        fields: Mapping[str, str] | None = None,
        upload: Upload | None = None,
        headers: Mapping[str, str] | None = None,
        budget: bool = True,
    ) -> Answer:
        """As the line itself; an answer that speaks of load is handed on after a pause."""
        answer = self._line.call(
            operation,
            method,
            path,
            params=params,
            json=json,
            fields=fields,
            upload=upload,
            headers=headers,
            budget=budget,
        )
        self._rest(answer)
        return answer

    def download(
        self,
        operation: Operation,
        url: str,
        to: BinaryIO,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        budget: bool = True,
    ) -> Answer:
        """As the line itself, with the same pause."""
        answer = self._line.download(operation, url, to, params=params, headers=headers, budget=budget)
        self._rest(answer)
        return answer

    def _rest(self, answer: Answer) -> None:
        pause = PAUSES.get(answer.headers.get(LOAD, "").strip().upper(), 0.0)
        if pause:
            self._sleep(pause)
