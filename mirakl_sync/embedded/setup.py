"""What a fresh machine needs before anything starts: the folder, the key, a broker and the children's environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirakl_sync.db.secrets import new_key
from mirakl_sync.embedded import broker
from mirakl_sync.embedded.broker import Broker
from mirakl_sync.embedded.files import write_private

VAR, BROKER_URL, SECRET_KEY = "MIRAKL_SYNC_VAR", "MIRAKL_SYNC_BROKER_URL", "MIRAKL_SYNC_SECRET_KEY"


@dataclass(frozen=True, slots=True)
class Ground:
    """The prepared machine. ``broker`` is None where the environment names one that runs elsewhere."""

    var: Path
    environ: Mapping[str, str]
    broker: Broker | None


def prepare(var: Path, environ: Mapping[str, str] = os.environ) -> Ground:
    """Make ``var``, a key for secrets unless one is set or kept, and a broker unless one is named. Repeatable."""
    var = var.resolve()
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o700)
    if not environ.get(SECRET_KEY, "").strip() and not (var / "secret-key").is_file():
        write_private(var / "secret-key", new_key() + "\n")
    own = None if environ.get(BROKER_URL, "").strip() else broker.prepare(var)
    return Ground(var, childrens_environ(var, environ), own)


def childrens_environ(var: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The children find the same folder from any working directory, and this very Python first on their path."""
    path = os.pathsep.join(filter(None, (str(Path(sys.executable).parent), environ.get("PATH", ""))))
    return {**environ, VAR: str(var), "PATH": path, "PYTHONUNBUFFERED": "1"}
