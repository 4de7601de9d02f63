from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from muster.cli.importing.sources import collected, is_one_file
from muster.domain.errors import MusterError, TooLargeError

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 1_000


def _names(*arguments: str | Path) -> list[str]:
    with collected([str(argument) for argument in arguments], _MOST) as sources:
        return [source.filename for source in sources]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", ".hidden.csv", "deep/c.csv", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_folder_gives_its_files_in_order_without_hidden_ones(folder: Path) -> None:
    assert _names(folder) == ["a.csv", "b.csv", "c.csv"]


def test_a_file_that_is_named_twice_comes_once(folder: Path) -> None:
    assert _names(folder / "a.csv", folder, folder / "deep" / ".." / "a.csv") == ["a.csv", "b.csv", "c.csv"]


def test_what_is_not_there_is_a_source_with_a_problem(folder: Path) -> None:
    (folder / "empty").mkdir()

    with collected([str(folder / "none.csv"), str(folder / "empty")], _MOST) as sources:
        problems = [source.problem.message for source in sources if source.problem]

    assert ["no file" in problem for problem in problems] == [True, True]


def test_standard_input_is_copied_and_the_copy_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n")))

    with collected(["-"], _MOST) as (source,):
        assert source.path.read_bytes() == b"a,b\n1,2\n"
        assert source.name == "-"

    assert not source.path.exists()


def test_standard_input_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(_MOST + 1))))

    with pytest.raises(TooLargeError), collected(["-"], _MOST):
        pass


def test_standard_input_can_be_named_once_only() -> None:
    with pytest.raises(MusterError, match="once"), collected(["-", "-"], _MOST):
        pass


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a\n1\n",))
    writer.start()

    with collected([str(pipe)], _MOST) as (source,):
        assert source.path.read_bytes() == b"a\n1\n"
        assert source.filename == "pipe.csv"

    writer.join()


def test_one_file_is_told_from_several(folder: Path) -> None:
    assert is_one_file([str(folder / "a.csv")])
    assert is_one_file(["-"])
    assert not is_one_file([str(folder)])
    assert not is_one_file(["a", "b"])
