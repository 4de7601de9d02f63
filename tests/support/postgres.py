"""The test run's PostgreSQL: muster's own embedded server, with a migrated template that databases are copied from."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from muster.runtime.embedded import DatabaseUrls, EmbeddedPostgres, supervisor
from muster.runtime.embedded.tuning import SUPERVISOR_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

APP_ROLE = "muster_app"
_TEMPLATE = "muster_template"


class TestServer:
    """One server for the run whose workers share the folder `shared`; the last one to leave stops and removes it."""

    __test__ = False

    def __init__(self, shared: Path) -> None:
        self._lock = shared / "postgres.lock"
        self._ready = shared / "postgres.ready"
        digest = hashlib.sha256(os.fsencode(shared)).hexdigest()[:8]
        self._state_root = Path(tempfile.gettempdir()) / f"muster-tests-{digest}"
        self._server = EmbeddedPostgres(shared / "postgres", self._state_root)

    def __enter__(self) -> Self:
        with self._alone():
            self._server.acquire()
            if not self._ready.exists():
                from muster.db import schema  # noqa: PLC0415 - unit tests load no database

                schema.upgrade(self._server.create_database(_TEMPLATE).owner, APP_ROLE)
                self._ready.touch()
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone():
            self._server.release()
            if self._server.status().process_id is None:
                self._ready.unlink(missing_ok=True)
                shutil.rmtree(self._server.status().base_folder, ignore_errors=True)
                shutil.rmtree(self._state_root, ignore_errors=True)

    def new_database(self, name: str) -> DatabaseUrls:
        """A database of this name with all tables and no rows; one of that name from before is replaced."""
        with self._alone():  # a template must not be in use by a second copy
            self._server.drop_database(name)
            return self._server.create_database(name, _TEMPLATE)

    def empty_database(self, name: str) -> DatabaseUrls:
        """A database of this name without any table of ours."""
        self._server.drop_database(name)
        return self._server.create_database(name)

    def supervisor_url(self, name: str) -> str:
        """The address of a database as the superuser of the server."""
        places = self._server._found_places()
        return supervisor._url(places, SUPERVISOR_ROLE, supervisor._credentials(places).supervisor, name)

    def drop_database(self, name: str) -> None:
        self._server.drop_database(name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
