"""The server's processes: run its programs, find its postmaster, clear up after a crash, stop it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]  # its stubs are a package of their own

from muster.runtime.embedded.errors import EmbeddedPostgresError, server_failure
from muster.runtime.embedded.locks import try_exclusive
from muster.runtime.embedded.places import PORT

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.runtime.embedded.places import Places

# Nothing of the user's environment decides how the server behaves.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_LOOK_AGAIN = 0.02
_CLEAN_STOP = 300.0  # seconds: the last checkpoint writes up to shared_buffers
_HARD_STOP = 30.0


def run_program(places: Places, words: list[str], lock: int, doing: str, stdin: str = "") -> None:
    """Run one of PostgreSQL's programs to its end, as the server's account.

    It holds the server lock by its descriptor `lock`: when we are killed, the next start waits for its end.
    Raises StorageFullError or EmbeddedPostgresError, naming the cause from its output, when it fails.
    """
    answer = subprocess.run(  # noqa: S603 - programs of our own wheel, no shell
        words,
        check=False,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=places.base,
        env=ENVIRONMENT,
        pass_fds=(lock,),
        start_new_session=True,  # Ctrl-C is for us; our wait ends it
        user=places.uid,
        group=places.gid,
        extra_groups=places.groups,
        umask=0o077,
    )
    if answer.returncode != 0:
        raise server_failure(doing, answer.stdout, places.base)


def postmaster(places: Places) -> psutil.Process | None:
    """Return the living postmaster that postmaster.pid names; None for a dead one, a zombie or a stranger."""
    try:
        number = int((places.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        process = psutil.Process(number)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return process if _works_in(process, places.data) else None


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Every process of a server has the data folder as its working directory."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()) == data
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # a zombie counts as NoSuchProcess
        return False


def kill_orphans(places: Places) -> int:
    """Kill what outlived a killed postmaster (safe: nothing is on disk but through the log); return how many."""
    killed = 0
    for process in psutil.process_iter():
        if _works_in(process, places.data):
            try:
                process.kill()
                killed += 1
            except psutil.NoSuchProcess:
                continue
    return killed


def clear_remains(places: Places) -> bool:
    """Remove the pid and socket files of a server of which no process lives; return whether there were any.

    PostgreSQL takes a zombie, or a stranger that got the old number, for a running server and would not start.
    Called with the server lock held. Raises EmbeddedPostgresError when a postmaster lives although the lock is free,
    which a network file system that forgets locks can bring about.
    """
    if postmaster(places) is not None:
        raise EmbeddedPostgresError(
            f"A server runs on {places.data}, but its lock does not hold: choose a folder on a local disk with --home."
        )
    socket = places.socket_folder / f".s.PGSQL.{PORT}"
    remains = [places.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")]
    found = [path for path in remains if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return bool(found)


def stop_server(places: Places) -> None:
    """Stop the server cleanly and wait until none of its processes lives. Called with the start lock held.

    Raises EmbeddedPostgresError when it does not end, which leaves it running.
    """
    if _ends(places, signal.SIGINT, _CLEAN_STOP) or _ends(places, signal.SIGQUIT, _HARD_STOP):
        if places.socket_folder.parent != places.base:
            with contextlib.suppress(OSError):  # somebody else's file may lie there
                places.socket_folder.rmdir()
        return
    raise EmbeddedPostgresError(f"The database server of {places.home} does not stop: look into {places.log_folder}.")


def _ends(places: Places, number: signal.Signals, patience: float) -> bool:
    """Send a signal (SIGINT: fast and clean; SIGQUIT: at once) and wait until the server's lock is free."""
    process = postmaster(places)
    if process is not None:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            process = None
    if process is None:
        kill_orphans(places)
    return wait_until(lambda: is_gone(places), patience)


def is_gone(places: Places) -> bool:
    """Say whether no process of the server lives."""
    if not places.server_lock.exists():
        return True
    lock = try_exclusive(places.server_lock)
    if lock is None:
        return False
    lock.close()
    return True


def wait_until(true: Callable[[], bool], patience: float) -> bool:
    """Look every 20 ms, for `patience` seconds, whether `true`."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_AGAIN)
    return True


def spawn_postgres(places: Places, program: Path, lock: int) -> subprocess.Popen[bytes]:
    """Start the server as a child of this process; it, and all its children, inherit and so hold the server lock."""
    words = [str(program), "-D", str(places.data), f"--config_file={places.config}"]
    with places.startup_log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - program of our own wheel, no shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=(lock,),
            start_new_session=True,
            user=places.uid,
            group=places.gid,
            extra_groups=places.groups,
            umask=0o077,
        )


def startup_output(places: Places) -> str:
    """Return what the server said at its last start: the startup log, then the ends of today's logs."""
    texts = [_tail(places.startup_log)]
    logs = sorted(places.log_folder.glob("postgresql-*.log"), key=lambda path: path.stat().st_mtime)
    started = places.startup_log.stat().st_ctime if places.startup_log.exists() else 0.0
    texts += [_tail(path) for path in logs if path.stat().st_mtime >= started]
    return "\n".join(texts)


def _tail(path: Path, size: int = 4096) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - size, 0))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
