"""The small process between muster and PostgreSQL: parent of the server, and the one who stops it when nobody is left.

It belongs to no terminal, so Ctrl-C in one muster leaves the server to the others. It reaps the server, so a killed
postmaster never stays as a zombie. It sees, by the users lock, when the last muster was killed rather than ended.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from muster.runtime.embedded.locks import try_exclusive
from muster.runtime.embedded.places import places_of
from muster.runtime.embedded.processes import spawn_postgres, stop_server

if TYPE_CHECKING:
    import subprocess
    from types import FrameType

    from muster.runtime.embedded.places import Places

_LOOK_FOR_USERS = 2.0  # seconds


def main(home: str, state_root: str, program: str, lock: str) -> int:
    """Leave the caller, start the server with the inherited lock `lock`, and stay until it ends."""
    if os.fork():
        os._exit(0)  # the caller waits for this one only
    os.chdir("/")
    places = places_of(Path(home), Path(state_root))
    descriptor = int(lock)
    bell = _ring_on_signals()
    server = spawn_postgres(places, Path(program), descriptor)
    os.close(descriptor)
    _keep(places, server, bell)
    return 0


def _ring_on_signals() -> socket.socket:
    """Return a socket that becomes readable when a child ends or we are asked to end."""
    bell, ringer = socket.socketpair()
    ringer.setblocking(False)  # noqa: FBT003 - its only parameter
    bell.setblocking(False)  # noqa: FBT003 - its only parameter
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _ignore)
    signal.set_wakeup_fd(ringer.detach())
    return bell


def _ignore(number: int, frame: FrameType | None) -> None:
    """Take a signal without doing anything: its number is read from the bell."""


def _keep(places: Places, server: subprocess.Popen[bytes], bell: socket.socket) -> None:
    while server.poll() is None:
        select.select([bell], [], [], _LOOK_FOR_USERS)
        try:
            rung = bell.recv(64)
        except BlockingIOError:
            rung = b""
        if signal.SIGTERM in rung or signal.SIGINT in rung:
            server.send_signal(signal.SIGINT)  # the machine goes down: stop fast and clean
        elif not places.data.exists():
            server.send_signal(signal.SIGQUIT)  # the home was deleted: nothing is left to save
        elif not rung:
            stop_when_unused(places)


def stop_when_unused(places: Places) -> None:
    """Stop the server if no process holds the users lock, and if nobody is starting or stopping it right now."""
    starting = try_exclusive(places.start_lock)
    if starting is None:
        return
    try:
        unused = try_exclusive(places.users_lock)
        if unused is None:
            return
        try:
            stop_server(places)
        finally:
            unused.close()
    finally:
        starting.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
