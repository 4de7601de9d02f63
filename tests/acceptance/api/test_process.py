"""Real processes: `up` with its HTTP and worker processes, called over the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from muster.runtime.children import ChildFailedError, Children, ChildSpec
from muster.runtime.listen import PortError, listen
from support.site import SERVERS
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.postgres import TestServer

_SCRIPT = """
from muster.runtime.launch import up
from muster.runtime.logging import configure_logging
from muster.runtime.settings import load_settings

async def ready(running):
    print(running.address, running.sign_in_url, flush=True)

settings = load_settings()
configure_logging(settings.log_level)
up(settings, ready, port=0)
"""


@contextmanager
def running(postgres: TestServer, name: str, home: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`up` with a database of its own, and a browser that its link has signed in."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("MUSTER_")},
        "MUSTER_DATABASE_URL": postgres.new_database(name).application,
        "MUSTER_HOME": str(home),
        "MUSTER_LOG_LEVEL": "warning",
    }
    words = [sys.executable, "-P", "-c", _SCRIPT]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    children: list[psutil.Process] = []
    try:
        assert process.stdout is not None
        address, link = process.stdout.readline().split()
        children = psutil.Process(process.pid).children()
        with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as client:
            assert "Signed in as" in client.get(link, follow_redirects=True).text
            yield process, client
    finally:
        process.kill()
        process.wait()
        until(lambda: not any(child.is_running() for child in children))
        postgres.drop_database(name)


def completed(client: httpx.Client, filename: str) -> dict[str, Any]:
    """Upload the sample under this name and poll until its import has ended."""
    sent = client.post("/api/v1/data-import/upload", files={"file": (filename, SERVERS.read_bytes())})
    assert sent.status_code == 202, sent.text
    status: dict[str, Any] = {}

    def ended() -> bool:
        status.update(client.get(sent.headers["location"]).json())
        return status["poll_after_seconds"] is None

    until(ended, seconds=120)
    return status


def worker_of(process: subprocess.Popen[str]) -> psutil.Process | None:
    for child in psutil.Process(process.pid).children():
        if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[-1:] == ["work"]:
            return child
    return None


def test_up_serves_imports_restarts_a_killed_worker_and_stops_clean(
    postgres: TestServer, worker_id: str, tmp_path: Path
) -> None:
    with running(postgres, f"up_{worker_id}", tmp_path) as (process, client):
        client_id = client.post("/api/v1/client-accounts", json={"name": "Contoso"}).json()["id"]
        asked = {"client_account_id": client_id, "name": "Exit"}
        made = client.post("/api/v1/engagements", json=asked).json()
        client.headers["X-Client-Account-ID"] = made["client_account_id"]
        client.headers["X-Engagement-ID"] = made["engagement_id"]
        assert completed(client, "first.csv")["status"] == "completed"

        killed = worker_of(process)
        assert killed is not None
        killed.kill()
        until(lambda: (again := worker_of(process)) is not None and again.pid != killed.pid)
        status = completed(client, "second.csv")
        assert status["status"] == "completed"
        page = client.get("/").text
        assert "second.csv" in page
        assert "SAP-PRD-01" in page

        children = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert not any(child.is_running() for child in children)


@pytest.mark.fault
def test_the_processes_end_when_their_parent_is_killed(postgres: TestServer, worker_id: str, tmp_path: Path) -> None:
    with running(postgres, f"orphans_{worker_id}", tmp_path) as (process, _):
        children = psutil.Process(process.pid).children()
        assert len(children) == 2
        process.kill()
        process.wait()
        until(lambda: not any(child.is_running() for child in children), seconds=60)


async def test_a_part_that_ends_at_each_start_is_given_up_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.runtime.children._FIRST_PAUSE", 0.001)
    broken = ChildSpec("broken", ("-c", "raise SystemExit(3)"))
    async with Children([broken], dict(os.environ)) as children:
        with pytest.raises(ChildFailedError, match="The broken process ended 6 times"):
            await children.failed()


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"Port {port} on 127.0.0.1 is in use by another program. Choose another"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_said_in_a_sentence() -> None:
    with pytest.raises(PortError, match="can not be opened"):
        listen("203.0.113.7", 0)
