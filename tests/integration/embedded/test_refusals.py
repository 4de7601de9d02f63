from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest
from people import PATIENCE, await_end_of_server

from muster.domain.errors import StorageFullError
from muster.runtime.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries
from muster.runtime.embedded.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from people import Person


@pytest.fixture
def small_disk(only_root: None, state_root: Path) -> Iterator[Path]:
    del only_root
    folder = state_root / "disk"
    folder.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", "size=16m,mode=0711", "tmpfs", str(folder)):
        folder.rmdir()
        pytest.skip("may not mount a small disk here")
    yield folder
    for base in folder.iterdir():
        await_end_of_server(base)
    assert wait_until(lambda: _run("umount", str(folder)), PATIENCE)


def _run(program: str, *words: str) -> bool:
    found = shutil.which(program)
    return found is not None and subprocess.run([found, *words], check=False, capture_output=True).returncode == 0


@pytest.mark.fault
def test_a_full_disk_is_one_sentence_and_room_heals_it(tmp_path: Path, small_disk: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", small_disk)
    with pytest.raises(StorageFullError, match=r"is full: free some space") as raised:
        server.acquire()
    assert "\n" not in raised.value.message

    assert _run("mount", "-o", "remount,size=400m", str(small_disk))
    with server as urls, psycopg.connect(urls.application) as connection:
        connection.execute("SELECT 1")


def test_a_home_that_is_not_ours_is_one_sentence(person: Person) -> None:
    if person.uid == 0:
        pytest.skip("root may write everywhere")
    folder = person.folder / "locked"
    folder.mkdir(mode=0o500)

    answer = person.holder(folder / "home").ask("acquire")

    assert answer["error"] == "database_unavailable"
    assert "Permission denied" in answer["message"]
    assert "--home" in answer["message"]
    assert "\n" not in answer["message"]


def test_a_file_in_the_place_of_the_home_is_one_sentence(person: Person) -> None:
    (person.folder / "home").mkdir()
    (person.folder / "home" / "postgres").write_text("not a folder", encoding="ascii")
    (person.state_root / "taken").write_text("", encoding="ascii")
    os.chown(person.folder / "home", person.uid, person.gid)

    if person.uid == 0:
        server = EmbeddedPostgres(person.home, person.state_root / "taken")
        with pytest.raises(EmbeddedPostgresError, match="taken"):
            server.acquire()
    else:
        assert "is in the way" in person.holder().ask("acquire")["message"]


def test_root_leaves_an_ordinary_users_database_alone(only_root: None, tmp_path: Path, state_root: Path) -> None:
    del only_root
    (tmp_path / "postgres").mkdir()
    os.chown(tmp_path / "postgres", pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(EmbeddedPostgresError, match="start muster as that user"):
        EmbeddedPostgres(tmp_path, state_root).acquire()


def test_binaries_the_system_user_can_not_read_are_copied_once(
    only_root: None, tmp_path: Path, state_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del only_root
    newest = max(binaries._installed(), key=lambda found: found.major)
    site, hidden = newest.folder.parents[2], tmp_path / "hidden"
    for part in (newest.folder.parent, *site.glob(f"{binaries._PACKAGE}.libs")):
        shutil.copytree(part, hidden / part.relative_to(site), symlinks=True)
    hidden.chmod(0o700)
    installed = (binaries.Binaries(hidden / newest.folder.relative_to(site), newest.major),)
    monkeypatch.setattr(binaries, "_installed", lambda: installed)

    with EmbeddedPostgres(tmp_path / "first", state_root) as urls, psycopg.connect(urls.application):
        copies = [path for path in state_root.iterdir() if path.name.startswith("postgresql-")]
        made = copies[0].stat().st_ino
    with EmbeddedPostgres(tmp_path / "second", state_root) as urls, psycopg.connect(urls.application):
        pass

    assert len(copies) == 1
    assert copies[0].stat().st_ino == made
    assert hidden.stat().st_mode & 0o777 == 0o700


def test_a_cluster_of_a_version_we_do_not_bring_is_one_sentence(tmp_path: Path, state_root: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", state_root)
    with server:
        base = server.status().base_folder
    version = base / "data" / "PG_VERSION"
    kept = version.read_text(encoding="ascii")
    version.write_text("99\n", encoding="ascii")

    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 99"):
        server.acquire()

    version.write_text(kept, encoding="ascii")
    with server:
        pass


def test_lost_passwords_are_replaced_at_the_next_start(tmp_path: Path, state_root: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", state_root)
    with server as urls, psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE public.kept (value int)")
        before = urls
    (server.status().base_folder / "credentials.json").unlink()

    with server as urls, psycopg.connect(urls.owner) as connection:
        assert urls != before
        connection.execute("SELECT * FROM public.kept")


def test_looking_at_the_status_starts_nothing(tmp_path: Path, state_root: Path) -> None:
    status = EmbeddedPostgres(tmp_path / "home", state_root).status()

    assert not status.accepts_connections
    assert status.process_id is None
    assert not status.base_folder.exists()


def test_a_server_that_was_not_acquired_is_not_used(tmp_path: Path, state_root: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="before it was acquired"):
        EmbeddedPostgres(tmp_path / "home", state_root).ensure_running()


def test_acquiring_and_releasing_twice_is_harmless(tmp_path: Path, state_root: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", state_root)
    assert server.acquire() == server.acquire()
    server.release()
    server.release()
    assert server.status().process_id is None


def test_a_start_that_fails_holds_nothing_and_says_the_servers_own_reason(
    tmp_path: Path, state_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedPostgres(tmp_path / "home", state_root)
    with monkeypatch.context() as patched:
        patched.setattr(
            "muster.runtime.embedded.cluster.configuration", lambda _: "unix_socket_directories = '/nowhere'\n"
        )
        with pytest.raises(
            EmbeddedPostgresError, match=r"starting the database server: could not create lock file"
        ) as raised:
            server.acquire()
    assert "\n" not in raised.value.message
    with server:
        pass
