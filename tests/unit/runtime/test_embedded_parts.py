from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from muster.domain.errors import StorageFullError
from muster.runtime.embedded import EmbeddedPostgresError
from muster.runtime.embedded.credentials import new_credentials, read_credentials, write_credentials
from muster.runtime.embedded.errors import explained, server_failure
from muster.runtime.embedded.locks import FileLock, exclusive, try_exclusive
from muster.runtime.embedded.places import Places, places_of, private_folder
from muster.runtime.embedded.tuning import configuration, hba, machine_memory

BASE = Path("/base")


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    path = tmp_path / "lock"
    path.touch()
    return path


def _places(tmp_path: Path) -> Places:
    return Places(tmp_path, tmp_path, tmp_path, tmp_path / "it's\\run", None)


def test_many_share_a_lock_and_one_alone_holds_it(lock_file: Path) -> None:
    first, second = FileLock(lock_file), FileLock(lock_file)
    first.share()
    second.share()
    assert not first.try_hold()

    second.close()
    assert first.try_hold()
    assert try_exclusive(lock_file) is None
    first.close()


def test_a_lock_is_free_again_after_its_block(lock_file: Path) -> None:
    with exclusive(lock_file):
        assert try_exclusive(lock_file) is None
    lock = try_exclusive(lock_file)
    assert lock
    lock.close()
    lock.close()


def test_a_child_that_inherits_a_lock_keeps_it_until_it_ends(lock_file: Path) -> None:
    lock = try_exclusive(lock_file)
    assert lock
    words = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=(lock.fileno(),)) as child:
        lock.close()
        assert try_exclusive(lock_file) is None
        child.communicate()
    again = try_exclusive(lock_file)
    assert again
    again.close()


def test_passwords_are_kept_as_written_and_shown_to_nobody(tmp_path: Path) -> None:
    credentials = new_credentials()
    path = tmp_path / "credentials.json"

    write_credentials(path, credentials)

    assert read_credentials(path) == credentials
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert credentials.owner not in repr(credentials)
    assert len({credentials.owner, credentials.application, credentials.supervisor}) == 3


@pytest.mark.parametrize("text", ["", "[]", "{", '{"owner": "x"}', '{"other": 1}'])
def test_a_damaged_file_of_passwords_counts_as_lost(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(text, encoding="ascii")

    assert read_credentials(path) is None
    assert read_credentials(tmp_path / "absent") is None


def test_the_same_home_by_another_path_is_the_same_place(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to("home")

    assert places_of(tmp_path / "link", tmp_path).base == places_of(tmp_path / "home", tmp_path).base


@pytest.mark.parametrize("name", ["h" * 200, "a,b", "it's", 'quo"te', "ü"])
def test_a_socket_folder_is_short_and_plain_for_every_home(tmp_path: Path, name: str) -> None:
    places = places_of(tmp_path / name, tmp_path / name)

    assert len(os.fsencode(places.socket_folder)) < 80
    assert not set(str(places.socket_folder)) & set("',\" ü")


def test_a_link_in_the_place_of_a_private_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to("elsewhere")

    with pytest.raises(EmbeddedPostgresError, match="in the way"):
        private_folder(tmp_path / "run", None)


def test_an_open_folder_of_ours_is_made_private(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)

    private_folder(tmp_path / "run", None)

    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_the_configuration_is_durable_closed_to_the_network_and_quoted(tmp_path: Path) -> None:
    lines = configuration(_places(tmp_path)).splitlines()

    for line in ("listen_addresses = ''", "fsync = 'on'", "synchronous_commit = 'on'", "full_page_writes = 'on'"):
        assert line in lines
    assert f"unix_socket_directories = '{tmp_path}/it''s\\\\run'" in lines


def test_memory_follows_the_smallest_limit_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{512 << 20}\n", encoding="ascii")
    monkeypatch.setattr("muster.runtime.embedded.tuning._CONTROL_GROUP_LIMITS", (limit, tmp_path / "absent"))

    assert machine_memory() == 512 << 20
    assert "shared_buffers = '128MB'" in configuration(_places(tmp_path))

    limit.write_text("max\n", encoding="ascii")
    assert machine_memory() > 512 << 20


def test_nobody_is_trusted() -> None:
    assert {line.split()[0] for line in hba().splitlines()} == {"local"}
    assert {line.split()[-1] for line in hba().splitlines()} == {"scram-sha-256"}


def test_a_servers_failure_is_told_by_its_last_fatal_line() -> None:
    output = (
        "2026 [7] LOG:  starting\n2026 [7] FATAL:  could not map memory\n2026 [7] LOG:  database system is shut down\n"
    )

    error = server_failure("starting", output, BASE)

    assert error.message == "PostgreSQL failed while starting: could not map memory"


@pytest.mark.parametrize("output", ["PANIC: could not write: No space left on device", "Disk quota exceeded"])
def test_a_server_without_room_is_a_full_disk(output: str) -> None:
    assert isinstance(server_failure("starting", output, BASE), StorageFullError)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StorageFullError), (errno.EACCES, EmbeddedPostgresError)])
def test_a_failing_disk_is_one_sentence(number: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="base"), explained(BASE):
        raise OSError(number, os.strerror(number), "/base/file")
