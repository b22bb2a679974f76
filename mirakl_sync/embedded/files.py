"""Files for their owner's eyes, and one owner at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirakl_sync.errors import Misconfigured


def write_private(path: Path, text: str) -> None:
    """Replace the file whole; readable by its owner alone from its first moment."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold ``var`` for this process; ``Misconfigured`` while another one holds it. A dead holder holds nothing."""
    with (var / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Misconfigured(
                f"Another `mirakl-sync up` runs on {var}.", way_out="Stop it first, or use another MIRAKL_SYNC_VAR."
            ) from error
        yield
