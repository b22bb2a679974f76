"""What lies in the Impex folder: paths without slashes at their ends, each a file or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FIRST_FOLDERS = ("src", "archive", "log")


@dataclass(frozen=True)
class File:
    """A file, or a folder where `content` is None."""

    content: bytes | None
    at: datetime


def fresh(now: datetime) -> dict[str, File]:
    """The folders an instance begins with."""
    return {name: File(None, now) for name in FIRST_FOLDERS}


def write(files: dict[str, File], path: str, content: bytes, now: datetime) -> None:
    """Puts a file there and makes the folders on the way."""
    parts = path.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        files.setdefault("/".join(parts[:end]), File(None, now))
    files[path] = File(content, now)
