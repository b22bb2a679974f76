"""Inventory Planner's file server (SFTP): one visit for each question, over in a fixed time, and no half files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncssh

from mirakl_sync.errors import MiraklSyncError, Misconfigured, Unavailable

T = TypeVar("T")
Work = Callable[[asyncssh.SFTPClient], Awaitable[T]]
# The library tells at INFO whom it meets and as whom.
asyncssh.set_log_level("WARNING")
_LOGIN = "Take sftp_user with sftp_password or sftp_private_key from the vendor's page of the Advanced CSV connector."
_FOLDERS = "Write the folders as the vendor names them into sftp_folders; it makes them, we cannot."


@dataclass(frozen=True, slots=True)
class Drop:
    """One file server and how to enter it. ``host_key`` is its public key, as one line; ``seconds`` for a visit."""

    host: str
    port: int
    host_key: str
    user: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    seconds: float = 120.0

    def bring(self, folder: str, name: str, content: bytes) -> None:
        """Lay a file into a folder, whole or not at all under its name. Repeatable.

        It is written under a name that nobody reads, compared in length, and gets its own name in one step.
        ``Unavailable`` with ``outcome_unknown`` where nobody answered, ``Misconfigured`` where we may not.
        """
        self._visit(
            lambda sftp: _laid(sftp, f"{folder}/{name}", f"{folder}/.{name}.part", content), folder, writes=True
        )

    def size(self, folder: str, name: str) -> int | None:
        """The length of a file that lies there; None when there is none."""
        return self._visit(lambda sftp: _size(sftp, f"{folder}/{name}"), folder, writes=False)

    def look(self, folder: str) -> None:
        """``Misconfigured`` where we cannot enter or the folder is not there."""
        self._visit(lambda sftp: sftp.stat(folder), folder, writes=False)

    def _visit(self, work: Work[T], folder: str, *, writes: bool) -> T:
        login = self._login()
        try:
            return asyncio.run(self._within(login, work))
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._stranger() from error
        except (asyncssh.Error, OSError, TimeoutError) as error:
            # never in its own words: they may hold what was shown to the server
            raise self._trouble(error, folder, writes=writes) from None

    async def _within(self, login: dict[str, Any], work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        over = loop.time() + self.seconds
        try:
            line = await asyncio.wait_for(asyncssh.connect(self.host, self.port, **login), self.seconds)
        except asyncssh.HostKeyNotVerifiable:
            raise
        except (asyncssh.Error, OSError, TimeoutError) as error:
            raise self._trouble(error, "", writes=False) from None
        # a line that is cut ends whatever waits for an answer; one that is asked to close would wait with it
        alarm = loop.call_at(over, line.abort)
        try:
            async with line.start_sftp_client() as sftp:
                done = await work(sftp)
            line.close()
            await line.wait_closed()
        except (asyncssh.Error, OSError):
            if loop.time() >= over:
                raise TimeoutError from None
            raise
        else:
            return done
        finally:
            alarm.cancel()
            line.abort()

    def _login(self) -> dict[str, Any]:
        if not self.host or not self.user:
            raise Misconfigured("Inventory Planner's file server has no host or no user.", way_out=_LOGIN)
        if not self.host_key:
            raise self._stranger()
        known = _public(self.host_key)
        keys = [_private(self.private_key)] if self.private_key else None
        return {
            "username": self.user,
            "password": self.password or None,
            "client_keys": keys,
            "known_hosts": ([known], [], []),
            # nothing of whoever runs us: no settings, no agent, no other ways to be known
            "config": None,
            "agent_path": None,
            "gss_host": None,
            "public_key_auth": bool(keys),
            "password_auth": bool(self.password),
            "kbdint_auth": False,
            "x509_trusted_certs": None,
        }

    def _stranger(self) -> MiraklSyncError:
        """The server shows another key than the one we know, or we know none."""
        try:
            shown = asyncio.run(
                asyncio.wait_for(asyncssh.get_server_host_key(self.host, self.port, config=None), self.seconds)
            )
        except (asyncssh.Error, OSError, TimeoutError) as error:
            return self._trouble(error, "", writes=False)
        if shown is None:
            return Unavailable(f"The file server {self.host} shows no key.")
        line = b" ".join(shown.export_public_key().split()[:2]).decode()
        said = "is not the one we know" if self.host_key else "is not known to us"
        return Misconfigured(
            f"The key of the file server {self.host} ({shown.get_fingerprint()}) {said}; nothing was sent.",
            way_out=f'Compare it with the vendor\'s, and only if it is theirs write sftp_host_key = "{line}".',
        )

    def _trouble(self, error: Exception, folder: str, *, writes: bool) -> MiraklSyncError:
        where = f"{self.host}:{self.port}"
        if isinstance(error, asyncssh.PermissionDenied):
            return Misconfigured(f"The file server {where} does not let us in.", way_out=_LOGIN)
        if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
            return Misconfigured(f"The file server {where} has no folder {folder!r}.", way_out=_FOLDERS)
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            return Misconfigured(f"The file server {where} lets us do nothing in {folder!r}.", way_out=_FOLDERS)
        if isinstance(error, TimeoutError):
            what = f"no answer within {self.seconds:g} s"
        elif isinstance(error, asyncssh.SFTPFailure):
            what = "it could not do it; its disk may be full"
        else:
            what = "the line broke"
        doubt = "; the file may lie there all the same" if writes else ""
        return Unavailable(f"The file server {where} did not do what we asked: {what}{doubt}.", outcome_unknown=writes)


async def _laid(sftp: asyncssh.SFTPClient, path: str, waiting: str, content: bytes) -> None:
    if await _size(sftp, path) == len(content):
        # an earlier visit whose answer was lost; a name is used for one file only
        return
    try:
        async with sftp.open(waiting, "wb") as file:
            await file.write(content)
    except asyncssh.SFTPFailure:
        await sftp.remove(waiting)
        raise
    if await _size(sftp, waiting) != len(content):
        raise asyncssh.SFTPFailure("not whole")
    if await _size(sftp, path) is not None:
        await sftp.remove(path)
    await sftp.rename(waiting, path)


async def _size(sftp: asyncssh.SFTPClient, path: str) -> int | None:
    try:
        return (await sftp.stat(path)).size
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return None


def _public(line: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(line)
    except (asyncssh.KeyImportError, ValueError) as error:
        raise Misconfigured(
            "The setting sftp_host_key is no public key.",
            way_out='It is one line, such as "ssh-ed25519 AAAA...". Leave it empty to be told the one to compare.',
        ) from error


def _private(text: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(text)
    except (asyncssh.KeyImportError, ValueError):
        raise Misconfigured(
            "The credential sftp_private_key is no private key that can be read.",
            way_out="Enter the whole file, from BEGIN to END, of a key without a passphrase.",
        ) from None
