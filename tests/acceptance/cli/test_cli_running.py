from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from cli_samples import RVTOOLS

from muster.cli.demo import load_demo
from muster.runtime.settings import load_settings
from support.command_line import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.command_line import InsideMuster, Muster

    Write = Callable[[str, str | bytes], Path]


@contextmanager
def _up_with_demo(muster: Muster) -> Iterator[str]:
    """Run `muster up --demo` until it says that it is ready; give what it said, and interrupt it at the end."""
    with subprocess.Popen(
        [*PROGRAM, "up", "--demo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=muster.environment(),
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        yield said
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said + rest
    assert "Traceback" not in said + rest


def test_up_loads_the_demo_through_http_and_loads_it_once(own_home: InsideMuster) -> None:
    again: list[str] = []

    with _up_with_demo(own_home) as said:
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address
        asyncio.run(load_demo(load_settings(home=own_home.home), address.group(), again.append))
        listed = own_home("imports", "--client", "Demo", "--json").json["imports"]
        assets = own_home("export", "assets", "--client", "Demo", "--json").json

    assert "/sign-in?link=" in said
    assert [entry["status"] for entry in listed] == ["completed"] * 3
    assert len(assets) == 26
    assert [line.rpartition(" ")[2] for line in again[1:]] == ["completed"] * 3


def test_the_doctor_finds_a_healthy_home_healthy(muster: Muster) -> None:
    done = muster("doctor", "--json")

    assert done.code == 0, done.text
    assert {one["name"] for one in done.json["examined"]} == {
        "database", "blob store", "queue", "flows", "stored files", "purged imports",
    }  # fmt: skip


def test_the_doctor_notices_that_the_bytes_of_an_import_are_gone(own_home: InsideMuster, write: Write) -> None:
    own_home.imported(write("RVTools_tabvInfo.csv", RVTOOLS))
    for path in (own_home.home / "blobs" / "uploads").rglob("*"):
        if path.is_file():
            path.unlink()

    done = own_home("doctor", "--json")

    assert done.code == 1
    assert [one["name"] for one in done.json["examined"] if one["health"] == "failed"] == ["stored files"]


def test_the_doctor_tells_of_one_flow_what_it_did_and_what_to_do(
    inside: InsideMuster, write: Write, engagement: tuple[str, ...]
) -> None:
    path = write("RVTools_tabvInfo.csv", RVTOOLS)
    entry = inside.imported(path, *engagement, "--review", "mapping")

    done = inside("doctor", entry["master_flow_id"], "--json")

    assert done.code == 0
    assert "muster confirm" in done.json["advice"]
    assert {step["step_name"] for step in done.json["steps"]} == {"reading", "mapping"}


def test_a_token_is_shown_once_and_can_be_revoked(inside: InsideMuster) -> None:
    made = inside("token", "create", "for a test", "--days", "1", "--json").json

    assert made["token"].startswith("muster_")
    assert inside("token", "revoke", made["token_id"]).code == 0
    assert inside("token", "revoke", "00000000-0000-7000-8000-000000000000").code == 2


def test_the_database_is_at_the_revision_of_the_program(inside: InsideMuster) -> None:
    assert inside("db", "upgrade").code == 0
    assert inside("db", "status", "--json").json["is_current"] is True


def test_the_catalog_needs_no_database(inside: InsideMuster, tmp_path: Path) -> None:
    done = inside("catalog", "agents", "--json", MUSTER_HOME=str(tmp_path / "none"))

    codes = {clause["code"] for agent in done.json["agents"] for clause in agent["codes"]}
    assert {"required_value_missing", "duplicated", "formula"} <= codes
    assert not (tmp_path / "none").exists()


def test_a_reader_that_has_seen_enough_is_no_error(muster: Muster) -> None:
    with subprocess.Popen(
        [*PROGRAM, "catalog", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=muster.environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        err = process.stderr.read()

    assert err == b""


def test_a_wrong_setting_is_named(muster: Muster) -> None:
    done = muster("imports", MUSTER_DATABASE_URL="mysql://somewhere")

    assert done.code == 2
    assert "MUSTER_DATABASE_URL" in done.err
    assert "somewhere" not in done.err


def test_version_and_help_are_told(muster: Muster) -> None:
    assert muster("--version").text == f"muster {version('passmuster')}\n"
    assert "Take files into the inventory." in muster("--help").text
