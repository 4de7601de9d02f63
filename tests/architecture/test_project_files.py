from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _pins(name: str) -> dict[str, str]:
    lines = [line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return {line.partition("==")[0].lower().replace("_", "-"): line for line in wanted}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0].lower().replace("_", "-") for text in requirements}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_hold_exact_versions_and_no_address(name: str) -> None:
    for line in _pins(name).values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.+!]+( *; .*)?", line), line
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_project_file_names_no_package_index() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert not re.search(r"index[-_]url|find[-_]links|trusted[-_]host|\[\[?tool\.uv\.(index|pip)|/simple", text)


def test_what_the_project_needs_is_pinned() -> None:
    assert _names(PROJECT["project"]["dependencies"]) <= set(_pins("requirements.txt"))
    assert _names(PROJECT["dependency-groups"]["dev"]) <= set(_pins("requirements-dev.txt"))
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


def test_lint_exceptions_carry_their_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    exceptions = [line for line in lines if re.match(r'\s+"[A-Z]+[0-9]*",', line)]

    assert exceptions
    assert [line for line in exceptions if "#" not in line] == []


def test_continuous_integration_does_nothing_but_make_test() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert lines == ["#!/usr/bin/env bash", "set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def test_make_help_lists_every_target() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("needs make")
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = subprocess.run([make, "help"], check=True, capture_output=True, text=True, cwd=ROOT).stdout

    assert targets
    assert {line.split()[1] for line in listed.splitlines()} == set(targets.group(1).split())


def test_no_two_test_files_share_a_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names))


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = [path for path in folder.glob("*.md") if path.name != "README.md"]

    assert {path.name for path in pages} == set(re.findall(r"\]\(([0-9]{3}-[a-z0-9-]+\.md)\)", index))
