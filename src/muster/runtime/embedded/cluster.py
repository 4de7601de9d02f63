"""Makes the cluster with its roles and its database, whole or not at all, and renews lost passwords."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from muster.runtime.embedded.credentials import new_credentials, read_credentials, write_credentials, write_private
from muster.runtime.embedded.places import private_folder
from muster.runtime.embedded.processes import run_program
from muster.runtime.embedded.tuning import APPLICATION_ROLE, OWNER_ROLE, SUPERVISOR_ROLE, configuration, hba

if TYPE_CHECKING:
    from pathlib import Path

    from muster.runtime.embedded.binaries import Binaries
    from muster.runtime.embedded.credentials import Credentials
    from muster.runtime.embedded.places import Places

DATABASE = "muster"
_ROLE_LIMITS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_READABLE = 0o644  # for the server's account; no secret stands in it


def ensure_cluster(places: Places, binaries: Binaries, lock: int) -> Credentials:
    """Leave a complete cluster, its passwords and its configuration at `places`; return the passwords.

    Called with the start lock held and no server process alive; `lock` is the descriptor of the held server lock. A
    cluster that a killed first start left half made is thrown away and made again. Lost passwords are replaced.
    Raises EmbeddedPostgresError, StorageFullError or OSError.
    """
    places.prepare_server_folders()
    credentials = read_credentials(places.credentials)
    if not places.data.exists():
        credentials = new_credentials()
        write_credentials(places.credentials, credentials)
        _create(places, binaries, credentials, lock)
    elif credentials is None:
        credentials = new_credentials()
        _run_single_user(places, binaries, password_statements(credentials), lock, places.data)
        write_credentials(places.credentials, credentials)
    write_private(places.hba, hba(), _READABLE)
    write_private(places.config, configuration(places), _READABLE)
    return credentials


def _create(places: Places, binaries: Binaries, credentials: Credentials, lock: int) -> None:
    unfinished = places.unfinished_data
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(unfinished, places.account)
    words = [str(binaries.initdb), "--pgdata", str(unfinished), "--username", SUPERVISOR_ROLE, "--auth", "reject"]
    # Byte order of code points: fast, the same on every machine, and usable for prefix searches.
    words += ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    run_program(places, [*words, "--no-instructions"], lock, "making the database cluster")
    _run_single_user(places, binaries, _first_statements(credentials), lock, unfinished)
    unfinished.rename(places.data)
    _sync_folder(places.base)


def _run_single_user(places: Places, binaries: Binaries, statements: list[str], lock: int, data: Path) -> None:
    """Run one-line statements as superuser on a cluster that no server runs on; the first error ends it."""
    words = [str(binaries.postgres), "--single", "-D", str(data)]
    for setting in ("exit_on_error=on", "log_min_error_statement=panic", "log_error_verbosity=terse"):
        words += ["-c", setting]
    text = "".join(f"{line}\n" for line in statements)
    run_program(places, [*words, "postgres"], lock, "setting up its roles", text)


def password_statements(credentials: Credentials) -> list[str]:
    """Return the statements that set the three passwords (hexadecimal digits, nothing to escape)."""
    return [
        f"ALTER ROLE {SUPERVISOR_ROLE} PASSWORD '{credentials.supervisor}'",
        f"ALTER ROLE {OWNER_ROLE} PASSWORD '{credentials.owner}'",
        f"ALTER ROLE {APPLICATION_ROLE} PASSWORD '{credentials.application}'",
    ]


def database_statements(name: str, template: str | None = None) -> list[str]:
    """Return the statements that make a database for our two roles: the owner owns it, the application may enter."""
    source = f" TEMPLATE {template}" if template else ""
    return [
        f"CREATE DATABASE {name} OWNER {OWNER_ROLE}{source}",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {APPLICATION_ROLE}",
    ]


def _first_statements(credentials: Credentials) -> list[str]:
    return [
        f"CREATE ROLE {OWNER_ROLE} {_ROLE_LIMITS}",
        f"CREATE ROLE {APPLICATION_ROLE} {_ROLE_LIMITS}",
        *password_statements(credentials),
        *database_statements(DATABASE),
        "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC",
    ]


def _sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
