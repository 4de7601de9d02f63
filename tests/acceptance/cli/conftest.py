"""Homes, engagements and files for commands."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from support.command_line import Home, InsideMuster, Muster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muster]:
    """The program with a home that tests of one worker share: each works in an engagement of its own."""
    with Home(tmp_path_factory.mktemp("home")) as program:
        yield program


@pytest.fixture
def inside(muster: Muster) -> InsideMuster:
    """The same program with the same home, run in this process."""
    return InsideMuster(muster.home)


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[InsideMuster]:
    """The program, run in this process, with an empty home of this test's own."""
    with Home(tmp_path / "own") as program:
        yield InsideMuster(program.home)


@pytest.fixture
def engagement() -> tuple[str, ...]:
    """The options that name an engagement that nobody else uses."""
    return ("--client", "Tests", "--engagement", f"engagement {os.getpid()}-{next(_NUMBERS)}")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file into the test's folder and returns its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file
