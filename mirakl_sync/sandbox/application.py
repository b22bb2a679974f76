"""The Flask application every simulated vendor is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule


class _Read(Rule):
    """A route that is found and never written.

    Making the code that writes addresses takes most of the time of opening a vendor, and nobody here writes any.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        del append_unknown
        return _never_written


def _never_written(rule: Rule, **values: Any) -> tuple[str, str]:
    raise RuntimeError(f"a simulated vendor does not write the address {rule.rule} with {sorted(values)}")


class Application(Flask):
    """Serves a vendor's addresses; opens some ten times as fast as one that could write them (``url_for``)."""

    url_rule_class = _Read
