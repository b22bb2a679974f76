"""Files for their owner's eyes, and one owner at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirakl_sync.errors import Misconfigured

_LOCK = "up.lock"


def write_private(path: Path, text: str) -> None:
    """Replace the file whole; readable by its owner alone from its first moment."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)


def empty(var: Path) -> None:
    """Remove everything in ``var``, which this process holds ``alone``; its lock stays."""
    for path in var.iterdir():
        if path.name == _LOCK:
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold ``var`` for this process; ``Misconfigured`` while another one holds it. A dead holder holds nothing."""
    with (var / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Misconfigured(
                f"Another `mirakl-sync up` or demonstration runs on {var}.",
                way_out="Stop it first, or use another folder (MIRAKL_SYNC_VAR; --keep for the demonstration).",
            ) from error
        yield
