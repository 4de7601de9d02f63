"""Users of the machine who run muster in processes of their own, for the tests of the embedded server."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

import muster
from muster.runtime.embedded.locks import try_exclusive
from muster.runtime.embedded.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLDER = Path(__file__).with_name("holder.py")
PATIENCE = 60.0
OURSELVES = "ourselves"
ORDINARY = "an ordinary user"


@dataclass
class Person:
    """A user of the machine who runs muster: an interpreter they may run, and a home of theirs."""

    uid: int
    gid: int
    python: str
    folder: Path
    state_root: Path
    environment: dict[str, str]
    holders: list[Holder] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def holder(self, home: Path | None = None) -> Holder:
        switch = os.geteuid() != self.uid
        process = subprocess.Popen(
            [self.python, str(HOLDER), str(home or self.home), str(self.state_root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd="/",
            user=self.uid if switch else None,
            group=self.gid if switch else None,
            extra_groups=[] if switch else None,
            start_new_session=True,
        )
        made = Holder(process)
        self.holders.append(made)
        return made


@dataclass
class Holder:
    """One running holder.py."""

    process: subprocess.Popen[str]

    def send(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def ask(self, word: str) -> dict[str, Any]:
        assert self.process.stdout
        self.send(word)
        line = self.process.stdout.readline()
        assert line, f"the holder ended with {self.process.wait()} instead of answering {word!r}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.communicate(timeout=PATIENCE)
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait()


def server_is_gone(base: Path) -> bool:
    """Say whether no process holds the server lock; the base may be another user's."""
    lock = try_exclusive(base / "server.lock")
    if lock is None:
        return False
    lock.close()
    return True


def await_end_of_server(base: Path) -> None:
    assert wait_until(lambda: server_is_gone(base), PATIENCE), "the server was left behind"


def postgres_processes(base: Path) -> list[int]:
    return [process.pid for process in psutil.process_iter() if _is_of(process, base / "data")]


def _is_of(process: psutil.Process, data: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _interpreter_for_others() -> tuple[str, dict[str, str]] | None:
    """Find a Python of our version which another user may run, and the path on which it finds the packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    nobody = pwd.getpwnam("nobody")
    packages = [str(Path(muster.__file__).parents[1]), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(packages)}
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        words = [python, "-c", "import psycopg, muster"]
        try:
            tried = subprocess.run(
                words,
                check=False,
                capture_output=True,
                env=environment,
                cwd="/",
                user=nobody.pw_uid,
                group=nobody.pw_gid,
                extra_groups=[],
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python, environment
    return None


@contextlib.contextmanager
def somebody(kind: str) -> Iterator[Person]:
    folder = Path(tempfile.mkdtemp(prefix="muster-test-"))
    uid, gid, python = os.geteuid(), os.getegid(), sys.executable
    environment = {"PATH": "/usr/bin:/bin"}
    if kind == ORDINARY:
        found = _interpreter_for_others() if uid == 0 else None
        if found is None:
            shutil.rmtree(folder)
            pytest.skip("needs root, and a Python of this version that another user may run")
        python, environment = found
        nobody = pwd.getpwnam("nobody")
        uid, gid = nobody.pw_uid, nobody.pw_gid
        os.chown(folder, uid, gid)
    state_root = Path(tempfile.mkdtemp(prefix="muster-state-"))
    state_root.chmod(0o711)
    made = Person(uid, gid, python, folder, state_root, environment)
    try:
        yield made
    finally:
        for holder in made.holders:
            holder.end()
        for base in (*state_root.iterdir(), made.home / "postgres"):
            if (base / "server.lock").exists():
                await_end_of_server(base)
        shutil.rmtree(state_root)
        shutil.rmtree(folder)
