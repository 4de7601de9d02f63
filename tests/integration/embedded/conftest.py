from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from people import ORDINARY, OURSELVES, Person, await_end_of_server, somebody

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[OURSELVES, ORDINARY])
def person(request: pytest.FixtureRequest) -> Iterator[Person]:
    """Give somebody with a fresh home."""
    with somebody(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=[OURSELVES, ORDINARY])
def served(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Give the answer of a server that runs for the whole module; tests leave it as it is."""
    with somebody(request.param) as made:
        yield made.holder().ask("acquire") | {"person": made}


@pytest.fixture
def only_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def state_root() -> Iterator[Path]:
    """Give a folder for root's servers that the system user can reach, unlike pytest's own temporary folders."""
    folder = Path(tempfile.mkdtemp(prefix="muster-state-"))
    folder.chmod(0o711)
    yield folder
    for base in folder.iterdir():
        if (base / "server.lock").exists():
            await_end_of_server(base)
    shutil.rmtree(folder)
