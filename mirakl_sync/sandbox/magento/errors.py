"""The error bodies of the web API, word for word where they were recorded or read in the code (reference 2)."""

from __future__ import annotations

import secrets
from typing import Any

NO_ENTITY = "The entity that was requested doesn't exist. Verify the entity and try again."
NO_SUCH = "No such entity with %fieldName = %fieldValue"


class RestError(Exception):
    """An answer that is no success. `parameters` stay beside the message: the reader has to put them in."""

    def __init__(self, status: int, message: str, parameters: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        return {"message": self.message, **({"parameters": self.parameters} if self.parameters else {})}


class Crash(Exception):
    """The program died outside its own error handling: a text page instead of JSON (recorded, 07-err-missing)."""

    TEXT = "An error has happened during application run. See exception log for details.\n"


def refused(message: str, *parameters: Any) -> RestError:
    """400, the answer to everything the shop can explain."""
    return RestError(400, message, list(parameters))


def required(name: str) -> RestError:
    return RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})


def unsupported(name: str) -> RestError:
    return RestError(400, '"%fieldName" is not supported. Correct the field name and try again.', {"fieldName": name})


def no_route() -> RestError:
    return RestError(404, "Request does not match any route.")


def no_entity() -> RestError:
    return RestError(404, NO_ENTITY)


def no_such(field: str, value: Any) -> RestError:
    return RestError(404, NO_SUCH, {"fieldName": field, "fieldValue": value})


def unauthorized(resource: str) -> RestError:
    """Wrong credentials and a missing right look the same."""
    return RestError(401, "The consumer isn't authorized to access %resources.", {"resources": resource})


def internal() -> RestError:
    number = f"webapi-{secrets.token_hex(7)[:13]}"
    return RestError(500, f"Internal Error. Details are available in Magento log file. Report ID: {number}")


def validation(document: str, messages: list[str]) -> RestError:
    """ "Invoice Document Validation Error(s):" and its lines."""
    return RestError(400, "\n".join([f"{document} Document Validation Error(s):", *messages]))
