"""A line that slows down when the instance says that it is loaded, instead of waiting to be turned away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mirakl_sync.http.contract import Answer, Transport

# From 80 % load on the answers say WARN, from 90 % THROTTLE, and then some calls are refused (503).
LOAD = "sfdc_load_status"
PAUSES = {"WARN": 0.25, "THROTTLE": 1.0}


class Paced:
    """Implements ``Transport`` over another one: an answer that speaks of load is handed on after a pause."""

    def __init__(self, line: Transport, sleep: Callable[[float], None]) -> None:
        self._line = line
        self._sleep = sleep

    def call(self, *asked: Any, **more: Any) -> Answer:
        """As the line itself."""
        return self._rested(self._line.call(*asked, **more))

    def download(self, *asked: Any, **more: Any) -> Answer:
        """As the line itself."""
        return self._rested(self._line.download(*asked, **more))

    def _rested(self, answer: Answer) -> Answer:
        pause = PAUSES.get(answer.headers.get(LOAD, "").strip().upper(), 0.0)
        if pause:
            self._sleep(pause)
        return answer
