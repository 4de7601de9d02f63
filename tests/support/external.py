"""A PostgreSQL of the machine's own, 15 or newer, where there is one: what MUSTER_DATABASE_URL may point to."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psycopg

from muster.runtime.embedded.account import server_account

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEBIAN = Path("/usr/lib/postgresql")
_OLDEST = 15


def installed_binaries() -> Path | None:
    """The folder of the oldest server programs that will do, as Debian and its kin lay them out; None without."""
    versions = [int(folder.name) for folder in _DEBIAN.glob("*") if folder.name.isdigit()]
    fitting = [version for version in versions if version >= _OLDEST and (_bin(version) / "initdb").exists()]
    return _bin(min(fitting)) if fitting else None


def _bin(version: int) -> Path:
    return _DEBIAN / str(version) / "bin"


class ExternalServer:
    """A server on a private socket, removed at the end."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._base = Path(tempfile.mkdtemp(prefix="muster-external-"))
        self._account = server_account(self._base, self._base)

    def __enter__(self) -> Self:
        if self._account:
            os.chown(self._base, self._account.uid, self._account.gid)
        self._run("initdb", "-D", self._data, "-U", "dba", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={self._base} -c fsync=off"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", f"{self._base}/log", "-o", options, "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._base)

    def url(self, role: str = "dba", database: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self._base), safe='/')}"

    def execute(self, statements: Sequence[str]) -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def _data(self) -> str:
        return f"{self._base}/data"

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *words],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=self._base,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
