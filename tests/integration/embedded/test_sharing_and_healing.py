from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest
from people import PATIENCE, Person, await_end_of_server, postgres_processes, server_is_gone

from muster.runtime.embedded.processes import wait_until

if TYPE_CHECKING:
    from people import Holder

pytestmark = pytest.mark.fault


def _write(url: str, value: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS migration")
        connection.execute("CREATE TABLE IF NOT EXISTS migration.kept (value int)")
        connection.execute("INSERT INTO migration.kept VALUES (%s)", [value])


def _read(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM migration.kept ORDER BY value")]


def _keeper(pid: int) -> psutil.Process:
    parent = psutil.Process(pid).parent()
    assert parent
    assert "muster.runtime.embedded.keeper" in parent.cmdline()
    return parent


def test_two_processes_share_one_server_and_the_last_one_stops_it(person: Person) -> None:
    first, second = person.holder(), person.holder()
    one, two = first.ask("acquire"), second.ask("acquire")
    assert one["pid"] == two["pid"]

    first.ask("release")
    assert second.ask("status")["ready"]

    second.ask("release")
    assert server_is_gone(Path(one["base"]))
    assert not (Path(one["base"]) / "data" / "postmaster.pid").exists()


def test_many_first_starts_at_once_make_one_server(person: Person) -> None:
    holders = [person.holder() for _ in range(4)]
    for holder in holders:
        holder.send("acquire")
    for holder in holders:
        assert holder.process.stdout
        assert "application" in holder.process.stdout.readline()
    assert len({holder.ask("status")["pid"] for holder in holders}) == 1


def test_a_killed_postmaster_is_replaced_and_what_was_committed_is_there(person: Person) -> None:
    starter, other = person.holder(), person.holder()
    before = starter.ask("acquire")
    other.ask("acquire")
    _write(before["owner"], 1)

    os.kill(before["pid"], signal.SIGKILL)

    after = other.ask("ensure")
    assert after["pid"] != before["pid"]
    assert after["owner"] == before["owner"]
    assert _read(after["owner"]) == [1]
    assert starter.ask("ensure")["pid"] == after["pid"]


def test_a_postmaster_that_stays_as_a_zombie_is_not_taken_for_alive(person: Person) -> None:
    holder = person.holder()
    before = holder.ask("acquire")
    keeper = _keeper(before["pid"])
    keeper.suspend()  # it can not reap its child now
    try:
        os.kill(before["pid"], signal.SIGKILL)
        assert wait_until(lambda: psutil.Process(before["pid"]).status() == psutil.STATUS_ZOMBIE, PATIENCE)

        after = holder.ask("ensure")
        assert after["pid"] != before["pid"]
        assert holder.ask("status")["ready"]
    finally:
        keeper.kill()


def test_all_of_a_server_killed_at_once_comes_back(person: Person) -> None:
    holder = person.holder()
    before = holder.ask("acquire")
    _write(before["owner"], 1)
    _keeper(before["pid"]).kill()
    for pid in postgres_processes(Path(before["base"])):
        os.kill(pid, signal.SIGKILL)

    assert _read(holder.ask("ensure")["owner"]) == [1]


def test_one_killed_user_leaves_the_server_to_the_others(person: Person) -> None:
    starter, other = person.holder(), person.holder()
    before = starter.ask("acquire")
    other.ask("acquire")

    starter.kill()

    assert other.ask("ensure")["pid"] == before["pid"]
    other.ask("release")
    assert server_is_gone(Path(before["base"]))


def test_a_server_whose_only_user_was_killed_stops_by_itself(person: Person) -> None:
    holder = person.holder()
    base = Path(holder.ask("acquire")["base"])

    holder.kill()

    await_end_of_server(base)
    assert not (base / "data" / "postmaster.pid").exists()


def test_a_server_without_its_keeper_is_stopped_by_its_last_user(person: Person) -> None:
    holder = person.holder()
    before = holder.ask("acquire")
    _keeper(before["pid"]).kill()

    assert holder.ask("ensure")["pid"] == before["pid"]
    holder.ask("release")
    assert server_is_gone(Path(before["base"]))


def test_ctrl_c_in_the_process_that_started_the_server_leaves_it_to_the_others(person: Person) -> None:
    starter, other = person.holder(), person.holder()
    before = starter.ask("acquire")
    other.ask("acquire")

    starter.interrupt()

    assert other.ask("ensure")["pid"] == before["pid"]


def test_a_pid_file_that_names_a_strangers_process_is_cleared_away(person: Person) -> None:
    holder = person.holder()
    first = holder.ask("acquire")
    holder.ask("release")
    stale = Path(first["base"]) / "data" / "postmaster.pid"
    stale.write_text(
        f"{os.getpid()}\n{stale.parent}\n1700000000\n5432\n{first['socket']}\n\n\nready\n", encoding="ascii"
    )
    os.chown(stale, stale.parent.stat().st_uid, stale.parent.stat().st_gid)

    assert holder.ask("acquire")["pid"] not in (None, os.getpid())


def test_a_cluster_left_half_made_by_a_killed_first_start_is_made_again(person: Person) -> None:
    killed = person.holder()
    killed.send("acquire")
    _kill_while_the_cluster_is_made(killed, person)

    answer = person.holder().ask("acquire")

    assert answer["pid"]
    assert not (Path(answer["base"]) / "data.unfinished").exists()
    _write(answer["owner"], 1)


def _kill_while_the_cluster_is_made(holder: Holder, person: Person) -> None:
    def begun() -> bool:
        roots = (*person.state_root.iterdir(), person.home / "postgres")
        return any((root / "data.unfinished" / "base").exists() for root in roots)

    assert wait_until(begun, PATIENCE)
    holder.kill()
