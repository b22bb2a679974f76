"""A GraphQL document and the call it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mirakl_sync.http.contract import Operation

_HEAD = re.compile(r"^\s*(query|mutation) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One operation: ``name`` is its operationName, ``root`` the only field it asks for at the root."""

    root: str
    text: str
    name: str = field(init=False)
    operation: Operation = field(init=False)

    def __post_init__(self) -> None:
        head = _HEAD.search(self.text)
        if head is None:
            raise ValueError("a document begins with query or mutation and a name")
        object.__setattr__(self, "name", head[2])
        object.__setattr__(self, "operation", Operation(f"shopify.{self.root}", writes=head[1] == "mutation"))
