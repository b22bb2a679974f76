"""A real SFTP server on loopback, in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections import Counter
from pathlib import Path
from typing import Any, cast

import asyncssh

from mirakl_sync.sandbox.inventory_planner.drop import Drop, Upload
from mirakl_sync.sandbox.inventory_planner.settings import PlannerSettings
from mirakl_sync.sandbox.inventory_planner.sftp_trouble import SftpRule, SftpTrouble

STOP_SECONDS = 5


class SftpDoor:
    """The server in front of a Drop. `open` it once; `close` it at the end."""

    def __init__(self, settings: PlannerSettings, drop: Drop) -> None:
        self.settings, self.drop = settings, drop
        self.trouble = SftpTrouble()
        self.counts: Counter[str] = Counter()  # logins, refused_logins
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.port = 0

    def open(self) -> None:
        """Listen; `port` is known afterwards."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="planner-sftp", daemon=True)
        self._thread.start()
        self._listener = self._do(self._listen(self.settings.sftp_port))
        self.port = self._listener.get_port()

    def new_host_key(self) -> str:
        """Another machine answers at the same address from now on; its public line."""
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._do(self._stop_listening())
        self._listener = self._do(self._listen(self.port))
        return self.public_line

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._do(self._stop_listening())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)
        self._loop.close()

    @property
    def public_line(self) -> str:
        """The host key as a line of known_hosts shows it, without the host."""
        return self.host_key.export_public_key().decode().strip()

    def access(self) -> dict[str, Any]:
        """What a client must know."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.settings.sftp_user,
            "password": self.settings.sftp_password,
            "private_key": self.client_key.export_private_key().decode(),
            "host_key": self.public_line,
            "folders": dict(self.settings.folders),
        }

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """May the owner of this key come in?"""
        known = [asyncssh.import_public_key(line) for line in self.settings.public_keys]
        return key in [self.client_key.convert_to_public(), *known]

    async def _listen(self, port: int) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: _Login(self),
            "127.0.0.1",
            port,
            server_host_keys=[self.host_key],
            sftp_factory=lambda channel: _Session(channel, self),
            sftp_version=3,
            reuse_address=True,
        )

    async def _stop_listening(self) -> None:
        self._listener.close()
        await self._listener.wait_closed()
        for connection in list(self.connections):
            connection.abort()
            await connection.wait_closed()
        await asyncio.sleep(0)

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STOP_SECONDS)


class _Login(asyncssh.SSHServer):
    """Lets one user in, by password or by key. Trouble is asked once for each connection."""

    def __init__(self, door: SftpDoor) -> None:
        self._door = door
        self._refuses = self._entered = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._door.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.connections.discard(self._conn)
        if not self._entered:
            self._door.counts["refused_logins"] += 1

    def begin_auth(self, username: str) -> bool:
        self._refuses = username != self._door.settings.sftp_user
        if not self._refuses:
            self._refuses = self._door.trouble.firing("refuse_login") is not None
        return True

    def auth_completed(self) -> None:
        self._entered = True
        self._door.counts["logins"] += 1

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return not self._refuses and password == self._door.settings.sftp_password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return not self._refuses and self._door.accepts(key)


class _Session(asyncssh.SFTPServer):
    """One client in the drop. It may write, read, list, rename and remove files; folders are the vendor's."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], door: SftpDoor) -> None:
        super().__init__(channel, chroot=str(door.drop.folder).encode())
        self._door = door
        self._writing: dict[object, _Writing] = {}
        self._just_closed: list[Upload] = []

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        opened = super().open(path, pflags, attrs)
        if pflags & asyncssh.FXF_WRITE:
            rule = self._door.trouble.firing("cut", "lose_answer", "disk_full", "slow")
            self._writing[opened] = _Writing(self._local(path), rule)
        return opened

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        writing = self._writing[file_obj]
        rule = writing.rule
        if rule and rule.what == "slow":
            await asyncio.sleep(rule.seconds)
        if rule and rule.what in ("cut", "disk_full"):
            return self._written_in_part(file_obj, offset, data, writing, rule)
        return cast(int, super().write(file_obj, offset, data))

    def close(self, file_obj: object) -> None:
        super().close(file_obj)
        writing = self._writing.pop(file_obj, None)
        if writing is None:
            return
        upload = self._door.drop.arrived(writing.path, writing.broken or "whole")
        if not writing.broken:
            self._just_closed.append(upload)
            asyncio.get_running_loop().call_soon(self._just_closed.clear)
        if writing.rule and writing.rule.what == "lose_answer":
            self._cut()

    def exit(self) -> None:
        """The session is over. What was closed in the very same step was closed by its end, not by the client."""
        for upload in self._just_closed:
            upload.outcome = "cut"

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        self._door.drop.renamed(self._local(oldpath), self._local(newpath))

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        self._door.drop.renamed(self._local(oldpath), self._local(newpath))

    def remove(self, path: bytes) -> None:
        super().remove(path)
        self._door.drop.removed(self._local(path))

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        raise asyncssh.SFTPPermissionDenied("Folders are made by the vendor")

    def rmdir(self, path: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Folders are made by the vendor")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("No links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("No links")

    def _written_in_part(self, file_obj: object, offset: int, data: bytes, writing: _Writing, rule: SftpRule) -> int:
        kept = data[: max(0, rule.after_bytes - offset)]
        if kept:
            super().write(file_obj, offset, kept)
        if len(kept) == len(data):
            return len(data)
        writing.broken = "cut" if rule.what == "cut" else "disk full"
        if rule.what == "cut":
            self._cut()
        raise OSError(errno.ENOSPC, "No space left on device")

    def _cut(self) -> None:
        self.channel.get_connection().abort()

    def _local(self, path: bytes) -> Path:
        return Path(self.map_path(path).decode())


class _Writing:
    """A file that is being written."""

    def __init__(self, path: Path, rule: SftpRule | None) -> None:
        self.path, self.rule, self.broken = path, rule, ""
