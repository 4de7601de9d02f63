"""The user PostgreSQL runs as: ourselves, or a system user when we are root (PostgreSQL refuses to be root)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.runtime.embedded.errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM_USER = "muster"
_FALLBACK_USERS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user id, its group and its name."""

    uid: int
    gid: int
    name: str


def server_account(data: Path, state_root: Path) -> Account | None:
    """Return the account to switch to, None when we are not root and PostgreSQL runs as ourselves.

    The owner of an existing data folder stays its owner. Else the system user `muster`, made when the machine can
    make one, else `postgres` or `nobody`. Raises EmbeddedPostgresError when there is none of them.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _account(owner)
    if not _exists(SYSTEM_USER):
        _make_system_user(state_root)
    for name in (SYSTEM_USER, *_FALLBACK_USERS):
        if _exists(name):
            return _account(pwd.getpwnam(name).pw_uid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root and this machine has no other user for it: add a user named "
        f"{SYSTEM_USER}, or start muster as an ordinary user."
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedPostgresError(
            f"The database belongs to the user id {uid}, which has no entry in /etc/passwd: add that user again."
        ) from error
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _exists(name: str) -> bool:
    try:
        return pwd.getpwnam(name).pw_uid != 0
    except KeyError:
        return False


def _make_system_user(home: Path) -> None:
    """Try shadow's useradd, then busybox's adduser; when neither works, the caller takes an existing user."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    busybox = shutil.which("busybox", path="/bin:/usr/bin")
    if useradd:
        words = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(home)]
        words += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    elif busybox:
        words = [busybox, "adduser", "-S", "-D", "-H", "-h", str(home), "-s", "/sbin/nologin", SYSTEM_USER]
    else:
        return
    subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603 - constant words, absolute program
