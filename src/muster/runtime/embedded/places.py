"""Where everything of one embedded server lies, decided by the home alone, so that every process finds the same."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from muster.runtime.embedded.account import Account, server_account
from muster.runtime.embedded.errors import EmbeddedPostgresError

STATE_ROOT = Path("/var/lib/muster")
PORT = 5432  # names the socket file, no TCP port is opened

_LONGEST_SOCKET = 103  # bytes: 107 on Linux, 103 on macOS, without the closing NUL
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+@=-]+")  # PostgreSQL splits its list of socket folders at commas
_SHARED_TEMPORARY = Path("/tmp")  # noqa: S108 - a private folder is made in it, checked for owner and mode
_PRIVATE = 0o700
_PASSABLE = 0o711


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one server. `account` is None when PostgreSQL runs as the user we are."""

    home: Path
    state_root: Path
    base: Path
    socket_folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The cluster; exists only when it is complete."""
        return self.base / "data"

    @property
    def unfinished_data(self) -> Path:
        """Where a cluster is made before it is renamed to `data`."""
        return self.base / "data.unfinished"

    @property
    def log_folder(self) -> Path:
        """The server's own log, one file for each weekday."""
        return self.base / "log"

    @property
    def startup_log(self) -> Path:
        """What the server said before its log was open; begun anew at each start."""
        return self.base / "startup.log"

    @property
    def credentials(self) -> Path:
        """The passwords, readable by us alone."""
        return self.base / "credentials.json"

    @property
    def config(self) -> Path:
        """postgresql.conf, written at each start."""
        return self.base / "postgresql.conf"

    @property
    def hba(self) -> Path:
        """pg_hba.conf, written at each start."""
        return self.base / "pg_hba.conf"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the server."""
        return self.base / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.base / "start.lock"

    @property
    def server_lock(self) -> Path:
        """Inherited, and so held, by every process of the server: free means that none of them lives."""
        return self.base / "server.lock"

    @property
    def uid(self) -> int | None:
        """The user to switch to when a program of the server is started."""
        return self.account.uid if self.account else None

    @property
    def gid(self) -> int | None:
        """The group to switch to."""
        return self.account.gid if self.account else None

    @property
    def groups(self) -> list[int] | None:
        """The further groups to keep: none when we switch, all when we do not."""
        return [] if self.account else None

    def prepare(self) -> None:
        """Make the folders and the lock files. Raises OSError; EmbeddedPostgresError when one is somebody else's."""
        if self.account:
            self.state_root.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.base.mkdir(mode=_PASSABLE, exist_ok=True)
            self.base.chmod(_PASSABLE)
            (self.base / "home").write_text(f"{self.home}\n", encoding="utf-8")
        else:
            self.home.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            private_folder(self.base, None)
        for lock in (self.users_lock, self.start_lock, self.server_lock):
            lock.touch(mode=0o600)

    def prepare_server_folders(self) -> None:
        """Make the folders that the server itself writes to. Raises like `prepare`."""
        private_folder(self.log_folder, self.account)
        private_folder(self.socket_folder, self.account)


def places_of(home: Path, state_root: Path = STATE_ROOT) -> Places:
    """Return where the server of `home` lies.

    A user's server lies in the home itself. Root's lies in `state_root`/<hash of the home> and belongs to a system
    user, so that no folder above the home has to be opened to that user.
    Raises EmbeddedPostgresError when root is given a home in which an ordinary user keeps a database.
    """
    home = home.expanduser().resolve()
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    own = home / "postgres"
    if os.geteuid() != 0:
        return Places(home, state_root, own, _socket_folder(own, os.geteuid(), digest), None)
    if own.exists() and own.stat().st_uid != 0:
        raise EmbeddedPostgresError(
            f"The database in {home} belongs to the user id {own.stat().st_uid}: start muster as that user, "
            "or choose another folder with --home."
        )
    base = state_root.resolve() / digest
    account = server_account(base / "data", state_root)
    uid = account.uid if account else 0
    return Places(home, state_root, base, _socket_folder(base, uid, digest), account)


def _socket_folder(base: Path, uid: int, digest: str) -> Path:
    """Return `base`/run, or a folder in /tmp when that path is too long or too odd for a socket."""
    folder = base / "run"
    longest_name = os.fsencode(folder / f".s.PGSQL.{PORT}")
    if len(longest_name) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(str(folder)):
        return folder
    return _SHARED_TEMPORARY / f"muster-{uid}-{digest}"


def private_folder(folder: Path, owner: Account | None) -> None:
    """Make `folder` for `owner` (None: us) alone, mode 0700, or check that it is just that.

    Raises EmbeddedPostgresError when something else stands there, which in /tmp may be a trap set by somebody.
    """
    uid = owner.uid if owner else os.geteuid()
    try:
        folder.mkdir(mode=_PRIVATE)
        if owner:
            os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)
    except FileExistsError:
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and owner:
            os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)  # we were killed between mkdir and chown
            found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise EmbeddedPostgresError(
                f"{folder} is in the way: it should be a folder of the user id {uid}. Move it away, then try again."
            ) from None
        if stat.S_IMODE(found.st_mode) != _PRIVATE:
            folder.chmod(_PRIVATE)
