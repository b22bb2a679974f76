"""The errors above the data: what cannot be run or seen, or costs too much. Words as the vendor's where known."""

from __future__ import annotations

import re
from typing import Any

from graphql import GraphQLError

SCOPES_HELP = "https://shopify.dev/api/usage/access-scopes"
LIMITS_HELP = "https://shopify.dev/api/usage/rate-limits"

# How graphql-core says it → the vendor's words and code; {0}, {1} are what was found in quotes.
_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), words, code)
    for pattern, words, code in (
        (r"Cannot query field '(\w+)' on type '(\w+)'", "Field '{0}' doesn't exist on type '{1}'", "undefinedField"),
        (
            r"Unknown argument '(\w+)' on field '\w+\.(\w+)'",
            "Field '{1}' doesn't accept argument '{0}'",
            "argumentNotAccepted",
        ),
        (
            r"Argument '\w+\.(\w+)\((\w+):\)' of type '[^']+' is required",
            "Field '{0}' is missing required arguments: {1}",
            "missingRequiredArguments",
        ),
        (r"Variable '\$(\w+)' is not defined", "Variable ${0} is used but not declared", "variableNotDefined"),
        (r"Variable '\$(\w+)' is never used", "Variable ${0} is declared but not used", "variableNotUsed"),
        (
            r"Field '(\w+)' of type '([^']+)' must have a selection",
            "Field must have selections (field '{0}' returns {1} but has no selections)",
            "selectionMismatch",
        ),
        (r"Unknown type '(\w+)'", "{0} isn't a defined input type", "variableRequiresValidType"),
    )
)


class Denied(GraphQLError):
    """A scope is missing: HTTP 200, the field is null."""

    def __init__(self, field: str, scopes: tuple[str, ...]) -> None:
        required = " or ".join(f"`{scope}`" for scope in scopes) + " access scope."
        super().__init__(
            f"Access denied for {field} field. Required access: {required}",
            extensions={"code": "ACCESS_DENIED", "documentation": SCOPES_HELP, "requiredAccess": required},
        )


class BadRequest(GraphQLError):
    """The call makes no sense though its shape is right."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(message, extensions={"code": code})


def invalid_gid(text: str) -> GraphQLError:
    return BadRequest(f"Invalid global id '{text}'", "INVALID_GLOBAL_ID")


def parse_error(error: GraphQLError) -> dict[str, Any]:
    return {"message": error.message.replace("Syntax Error: ", "syntax error, "), "locations": _places(error)}


def validation_error(error: GraphQLError) -> dict[str, Any]:
    """A document the schema refuses."""
    for pattern, words, code in _WORDS:
        found = pattern.match(error.message)
        if found:
            return {"message": words.format(*found.groups()), "locations": _places(error), "extensions": {"code": code}}
    return {"message": error.message, "locations": _places(error), "extensions": {"code": "invalidDocument"}}


def variable_error(error: GraphQLError) -> dict[str, Any]:
    """A value a variable cannot have."""
    words = re.sub(r"'\$(\w+)'", r"$\1", error.message)
    return {"message": words[:500], "locations": _places(error), "extensions": {"code": "INVALID_VARIABLE"}}


def execution_error(error: GraphQLError) -> dict[str, Any]:
    """Something that went wrong, or was refused, while the document ran."""
    extensions = error.extensions or {"code": "INTERNAL_SERVER_ERROR"}
    words = error.message if error.extensions else "Internal error. Looks like something went wrong on our end."
    return {"message": words, "locations": _places(error), "path": error.path, "extensions": extensions}


def throttled() -> dict[str, Any]:
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_HELP}}


def too_costly(cost: int, limit: int) -> dict[str, Any]:
    words = f"Query cost is {cost}, which exceeds the single query max cost limit ({limit})."
    details = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": limit, "documentation": LIMITS_HELP}
    return {"message": words, "extensions": details}


def _places(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or ()]
