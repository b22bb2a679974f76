"""A file as multipart/form-data, read while it is sent: memory does not grow with the file."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from typing import BinaryIO

from mirakl_sync.http.contract import Upload

_CHUNK = 65_536
# Mirakl takes US-ASCII names; a quote or a line's end would end the header they stand in.
_NAME = re.compile(r"[ !#-\[\]-~]{1,255}")


class Form:
    """The body of a form with one file; ``len`` is its ``Content-Length``. Read once, from beginning to end."""

    def __init__(self, upload: Upload) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{_named(upload.part)}"; filename="{_named(upload.name)}"\r\n'
            f"Content-Type: {_named(upload.content_type)}\r\n\r\n"
        ).encode("ascii")
        content = io.BytesIO(upload.content) if isinstance(upload.content, bytes) else upload.content
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        tail = f"\r\n--{boundary}--\r\n".encode("ascii")
        self._length = len(head) + size + len(tail)
        self._parts: list[BinaryIO] = [io.BytesIO(head), content, io.BytesIO(tail)]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def read(self, size: int = _CHUNK) -> bytes:
        """The next bytes, at most ``size`` and perhaps fewer; none at the end."""
        while self._parts:
            if chunk := self._parts[0].read(size if size > 0 else _CHUNK):
                return chunk
            self._parts.pop(0)
        return b""


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!r} cannot be sent as the name or the kind of a file")
    return name
