"""Declared arguments and the `rest_invalid_param` answer WordPress gives when one does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mirakl_sync.sandbox.woocommerce.errors import RestError

DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::\d{2})?)?$")
WHOLE = re.compile(r"^-?\d+(\.0+)?$")
NUMBER = re.compile(r"^-?(\d+\.?\d*|\.\d+)$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")


class Problem(NamedTuple):
    code: str
    message: str
    data: dict[str, str] | None


Check = Callable[[str, Any], Problem | None]


def wrong_type(name: str, kind: str) -> Problem:
    return Problem("rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})


def integer(low: int | None = None, high: int | None = None) -> Check:
    def check(name: str, value: Any) -> Problem | None:
        if isinstance(value, bool) or not WHOLE.match(str(value)):
            return wrong_type(name, "integer")
        number = int(float(value))
        if low is not None and high is not None and not low <= number <= high:
            words = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
            return Problem("rest_out_of_bounds", words, None)
        if low is not None and number < low:
            return Problem("rest_out_of_bounds", f"{name} must be greater than or equal to {low}", None)
        return None

    return check


def number(name: str, value: Any) -> Problem | None:
    fits = not isinstance(value, bool) and (isinstance(value, int | float) or NUMBER.match(str(value)))
    return None if fits else wrong_type(name, "number")


def string(name: str, value: Any) -> Problem | None:
    return None if isinstance(value, str) else wrong_type(name, "string")


def boolean(name: str, value: Any) -> Problem | None:
    fits = isinstance(value, bool) or str(value).lower() in {"true", "false", "0", "1", ""}
    return None if fits else wrong_type(name, "boolean")


def date_time(name: str, value: Any) -> Problem | None:
    if not isinstance(value, str):
        return wrong_type(name, "string")
    return None if DATE_TIME.match(value) else Problem("rest_invalid_date", "Invalid date.", None)


def email(name: str, value: Any) -> Problem | None:
    """Absent or null is fine; an empty string is not an address."""
    if value is None:
        return None
    if not isinstance(value, str):
        return wrong_type(name, "string,null")
    return None if EMAIL.match(value) else Problem("rest_invalid_email", "Invalid email address.", None)


def one_of(*values: str) -> Check:
    words = ", ".join(values[:-1]) + f", and {values[-1]}" if len(values) > 2 else " and ".join(values)

    def check(name: str, value: Any) -> Problem | None:
        if value in values:
            return None
        return Problem("rest_not_in_enum", f"{name} is not one of {words}.", None)

    return check


def list_of(each: Check) -> Check:
    """A list, or in a query the usual comma list."""

    def check(name: str, value: Any) -> Problem | None:
        if not isinstance(value, list | str | int):
            return wrong_type(name, "array")
        found = (each(f"{name}[{place}]", part) for place, part in enumerate(comma_list(value)))
        return next((problem for problem in found if problem), None)

    return check


def fields(**checks: Check) -> Check:
    """An object; fields it does not declare are let through, null ones are not looked at."""

    def check(name: str, value: Any) -> Problem | None:
        if not isinstance(value, dict):
            return wrong_type(name, "object")
        found = (each(f"{name}[{key}]", value[key]) for key, each in checks.items() if value.get(key) is not None)
        return next((problem for problem in found if problem), None)

    return check


def comma_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [part.strip() for part in str(value).split(",") if part.strip()]


def truth(value: Any) -> bool:
    """`rest_sanitize_boolean`."""
    return str(value).lower() not in {"false", "0", "", "none"}


def whole(value: Any) -> int:
    return int(float(value))


def check_arguments(given: Mapping[str, Any], declared: Mapping[str, Check]) -> None:
    """Refuses with 400 `rest_invalid_param`, all wrong arguments at once. A null argument is not looked at."""
    problems = {
        name: problem
        for name, check in declared.items()
        if given.get(name) is not None and (problem := check(name, given[name]))
    }
    if problems:
        raise invalid_arguments(problems)


def invalid_arguments(problems: Mapping[str, Problem]) -> RestError:
    data = {
        "status": 400,
        "params": {name: problem.message for name, problem in problems.items()},
        "details": {name: problem._asdict() for name, problem in problems.items()},
    }
    return RestError(400, "rest_invalid_param", f"Invalid parameter(s): {', '.join(problems)}", data)
