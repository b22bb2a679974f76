"""The folder behind the SFTP server: what was put there, when, and whether it arrived whole."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

UPLOADS_KEPT = 2000


@dataclass
class Upload:
    """One file somebody wrote. `path` is relative to the folder."""

    path: str
    at: datetime
    number: int
    size: int
    outcome: str  # "whole", "cut" = the connection ended first, "disk full"
    fate: str = "waits"  # then "read", "overwritten", "removed", "renamed"


@dataclass(frozen=True)
class Waiting:
    """A file that a night may read."""

    entity: str
    path: Path
    upload: Upload


class Drop:
    """A temporary folder with one sub-directory per entity. Safe to use from the SFTP server's thread."""

    def __init__(self, folders: dict[str, str], now: Callable[[], datetime]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="planner-drop-")).resolve()
        self._folders, self._now = folders, now
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Takes every file away and forgets what was uploaded."""
        with self._lock:
            for inner in self.folder.iterdir():
                shutil.rmtree(inner) if inner.is_dir() else inner.unlink()
            for name in self._folders.values():
                (self.folder / name).mkdir(parents=True)
            self.uploads: deque[Upload] = deque(maxlen=UPLOADS_KEPT)
            self._here: dict[str, Upload] = {}
            self._count = 0

    def remove(self) -> None:
        """Takes the folder itself away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def arrived(self, path: Path, outcome: str) -> Upload:
        """A file was written to its end, or to where its connection ended."""
        with self._lock:
            name = self._relative(path)
            self._lost(name, "overwritten")
            self._count += 1
            size = path.stat().st_size if path.exists() else 0
            self._here[name] = Upload(name, self._now(), self._count, size, outcome)
            self.uploads.append(self._here[name])
            return self._here[name]

    def renamed(self, old: Path, new: Path) -> None:
        """A file has another name now; the moment it came stays."""
        with self._lock:
            moved = self._here.pop(self._relative(old), None)
            self._lost(self._relative(new), "overwritten")
            if moved is not None:
                moved.path = self._relative(new)
                self._here[moved.path] = moved

    def removed(self, path: Path) -> None:
        """A client took its file away again."""
        with self._lock:
            self._lost(self._relative(path), "removed")

    def waiting(self) -> list[Waiting]:
        """The files in the entities' folders, oldest first; what does not end on .csv is never looked at."""
        with self._lock:
            found = [
                Waiting(entity, path, self._known(path))
                for entity, name in self._folders.items()
                for path in (self.folder / name).iterdir()
                if path.is_file() and path.suffix.lower() == ".csv"
            ]
        return sorted(found, key=lambda file: (file.upload.at, file.upload.number))

    def take(self, file: Waiting) -> tuple[Upload, bytes] | None:
        """Reads a file and takes it away; None when a client was quicker. A file written anew is read as it is now."""
        with self._lock:
            if not file.path.is_file():
                return None
            upload = self._known(file.path)
            content = file.path.read_bytes()
            file.path.unlink()
            self._lost(upload.path, "read")
            return upload, content

    def shown(self) -> dict[str, Any]:
        """Every upload, and the files that lie there now."""
        with self._lock:
            there = sorted(self._relative(path) for path in self.folder.rglob("*") if path.is_file())
            uploads = [{**asdict(one), "at": one.at.isoformat()} for one in self.uploads]
            return {"folder": str(self.folder), "uploads": uploads, "there": there}

    def _known(self, path: Path) -> Upload:
        """A file nobody uploaded was put there by hand, just now."""
        name = self._relative(path)
        if name not in self._here:
            self._count += 1
            self._here[name] = Upload(name, self._now(), self._count, path.stat().st_size, "whole")
        return self._here[name]

    def _lost(self, name: str, fate: str) -> None:
        before = self._here.pop(name, None)
        if before is not None:
            before.fate = fate

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.folder))
