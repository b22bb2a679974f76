"""The Procfile: one process a line, `name: command`."""

from __future__ import annotations

import re
from pathlib import Path

from mirakl_sync.errors import Misconfigured

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")


def read(path: Path) -> dict[str, str]:
    """Name to command, in the order of the file. ``Misconfigured`` names a line that is none."""
    lines: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or found[1] in lines:
            raise Misconfigured(f"{path.name} line {number} is not `name: command` with a name of its own.")
        lines[found[1]] = found[2]
    return lines


def find(start: Path | None = None) -> Path:
    """The Procfile of the working directory, else the one beside the package."""
    here = (start or Path.cwd()) / "Procfile"
    beside = Path(__file__).resolve().parents[2] / "Procfile"
    for path in (here, beside):
        if path.is_file():
            return path
    raise Misconfigured("No Procfile was found.", way_out="Run this in the project's folder, where the Procfile is.")
