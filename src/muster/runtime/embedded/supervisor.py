"""`EmbeddedPostgres`: one PostgreSQL for a home, shared by every muster process that uses it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.runtime.embedded import probe
from muster.runtime.embedded.binaries import server_binaries
from muster.runtime.embedded.cluster import DATABASE, database_statements, ensure_cluster
from muster.runtime.embedded.credentials import Credentials, read_credentials
from muster.runtime.embedded.errors import EmbeddedPostgresError, explained, server_failure
from muster.runtime.embedded.locks import FileLock, exclusive, try_exclusive
from muster.runtime.embedded.places import STATE_ROOT, places_of
from muster.runtime.embedded.probe import Answer
from muster.runtime.embedded.processes import (
    clear_remains,
    kill_orphans,
    postmaster,
    startup_output,
    stop_server,
)
from muster.runtime.embedded.tuning import APPLICATION_ROLE, OWNER_ROLE, SUPERVISOR_ROLE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from muster.runtime.embedded.places import Places

_KEEPER = "muster.runtime.embedded.keeper"
_STARTS = 5
_LOOK_AGAIN = 0.02  # seconds
_ORPHANS_MAY_END = 3.0  # seconds: backends notice a dead postmaster by themselves
_SILENCE = 60.0  # seconds without any answer from a server that lives
_RECOVERY = 1800.0  # seconds: replaying the log after a crash, by max_wal_size and a slow disk


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """libpq addresses with their passwords, over the socket. `application` obeys row-level security; `owner` migrates.

    For psycopg and adbc-driver-postgresql as they are; for SQLAlchemy replace `postgresql://` by `postgresql+psycopg://`.
    """

    application: str = field(repr=False)
    owner: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """A server as seen from outside. `process_id` is the postmaster's, None when it does not run."""

    accepts_connections: bool
    process_id: int | None
    base_folder: Path
    log_folder: Path
    socket_folder: Path


class EmbeddedPostgres:
    """A user's hold on the server of one home: `acquire` starts or joins it, the last `release` stops it.

    Usable from any thread and as a context manager that gives the DatabaseUrls. A process that is killed lets go by
    dying. `state_root` is where root keeps its servers.
    """

    def __init__(self, home: Path, state_root: Path = STATE_ROOT) -> None:
        self._home = home
        self._state_root = state_root
        self._mutex = threading.RLock()
        self._places: Places | None = None
        self._hold: FileLock | None = None

    def __enter__(self) -> DatabaseUrls:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> DatabaseUrls:
        """Return addresses of a server that answers, after starting or healing it when needed.

        Acquiring again is the same as `ensure_running`. Raises EmbeddedPostgresError or StorageFullError with one
        sentence that says what to do; nothing is held then.
        """
        with self._mutex:
            if self._hold is not None:
                return self.ensure_running()
            with ExitStack() as undo:
                places = self._found_places()
                with explained(places.base):
                    places.prepare()
                    self._hold = FileLock(places.users_lock)
                undo.callback(self.release)
                self._hold.share()
                urls = self.ensure_running()
                undo.pop_all()
                return urls

    def ensure_running(self) -> DatabaseUrls:
        """Bring a crashed or killed server back; cheap when it answers. For a loop whose connection just failed.

        Raises like `acquire`, and EmbeddedPostgresError when the server was not acquired.
        """
        with self._mutex:
            if self._hold is None:
                raise EmbeddedPostgresError("The embedded database is used before it was acquired.")
            places = self._found_places()
            with explained(places.base):
                credentials = read_credentials(places.credentials)
                if credentials is None or probe.ask(places, credentials) is not Answer.READY:
                    with exclusive(places.start_lock):
                        credentials = _bring_up(places)
                return _urls(places, credentials, DATABASE)

    def release(self) -> None:
        """Let go; the last one stops the server cleanly and returns when it has ended. Releasing twice is harmless."""
        with self._mutex:
            if self._hold is None:
                return
            places = self._found_places()
            try:
                with explained(places.base), exclusive(places.start_lock):
                    if self._hold.try_hold():
                        stop_server(places)
            finally:
                self._hold.close()
                self._hold = None

    def status(self) -> ServerStatus:
        """Look at the server as it is, without starting or holding it."""
        places = self._found_places()
        process = postmaster(places)
        return ServerStatus(
            accepts_connections=probe.ping(places) is Answer.READY,
            process_id=process.pid if process else None,
            base_folder=places.base,
            log_folder=places.log_folder,
            socket_folder=places.socket_folder,
        )

    def create_database(self, name: str, template: str | None = None) -> DatabaseUrls:
        """Make one more database for our two roles (tests make one for each worker), and return its addresses.

        `template` is a database to copy, which nobody may be connected to. Both names are made of lower-case letters,
        digits and underscores. Raises EmbeddedPostgresError when the server refuses.
        """
        self._as_supervisor(database_statements(probe.plain(name), probe.plain(template) if template else None))
        places = self._found_places()
        return _urls(places, _credentials(places), name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it; nothing happens when there is none of that name."""
        self._as_supervisor([f"DROP DATABASE IF EXISTS {probe.plain(name)} WITH (FORCE)"])

    def _as_supervisor(self, statements: list[str]) -> None:
        self.ensure_running()
        places = self._found_places()
        probe.run(_url(places, SUPERVISOR_ROLE, _credentials(places).supervisor, "postgres"), statements)

    def _found_places(self) -> Places:
        with self._mutex:
            if self._places is None:
                with explained(self._home):
                    self._places = places_of(self._home, self._state_root)
            return self._places


def _bring_up(places: Places) -> Credentials:
    """Return when the server answers. Called with the start lock held.

    What lives is waited for: it may be starting, recovering, or stopping for somebody who was killed meanwhile.
    A server that ends while it starts is started again, because it may have been killed just then.
    """
    began, starts = time.monotonic(), 0
    while True:
        credentials = read_credentials(places.credentials)
        answer = probe.ask(places, credentials) if credentials else Answer.SILENT
        if credentials and answer is Answer.READY:
            return credentials
        lock = try_exclusive(places.server_lock)
        if lock is not None:
            if starts == _STARTS:
                lock.close()
                raise server_failure("starting the database server", startup_output(places), places.base)
            with closing(lock):
                _launch(places, lock)
            began, starts = time.monotonic(), starts + 1
        waited = time.monotonic() - began
        if waited > _ORPHANS_MAY_END and postmaster(places) is None:
            kill_orphans(places)
        if waited > (_RECOVERY if answer is Answer.STARTING else _SILENCE):
            raise EmbeddedPostgresError(
                f"The database server of {places.home} is there but does not answer: look into {places.log_folder}, "
                "end it if it hangs, then try again."
            )
        time.sleep(_LOOK_AGAIN)


def _launch(places: Places, lock: FileLock) -> None:
    """Start the server with its lock in our hands and hand that on to it; whether it works is seen by its answer."""
    binaries = server_binaries(places)
    if places.data.exists():
        clear_remains(places)
    ensure_cluster(places, binaries, lock.fileno())
    words = [sys.executable, "-P", "-m", _KEEPER, str(places.home), str(places.state_root), str(binaries.postgres)]
    with places.startup_log.open("wb") as log:
        subprocess.run(  # noqa: S603 - our own module, no shell
            [*words, str(lock.fileno())],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )


def _credentials(places: Places) -> Credentials:
    found = read_credentials(places.credentials)
    if found is None:
        raise EmbeddedPostgresError(
            f"{places.credentials} is gone while the server runs: end every muster of this home, then start again."
        )
    return found


def _urls(places: Places, credentials: Credentials, database: str) -> DatabaseUrls:
    return DatabaseUrls(
        application=_url(places, APPLICATION_ROLE, credentials.application, database),
        owner=_url(places, OWNER_ROLE, credentials.owner, database),
    )


def _url(places: Places, role: str, password: str, database: str) -> str:
    return f"postgresql://{role}:{password}@/{database}?{probe.socket_query(places)}"
