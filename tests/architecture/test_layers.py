from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import muster

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(muster.__file__).parent


def _lint(folder: Path, sources: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(sources), "NO_COLOR": "1"},
    )


def _copy(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "muster", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "muster"


def test_imports_point_down_only(tmp_path: Path) -> None:
    checked = _lint(tmp_path, PACKAGE.parent)

    assert checked.returncode == 0, checked.stdout


def test_an_undeclared_top_level_folder_fails(tmp_path: Path) -> None:
    stranger = _copy(tmp_path) / "stranger"
    stranger.mkdir()
    (stranger / "__init__.py").write_text('"""Nobody declared me."""\n', encoding="ascii")

    checked = _lint(tmp_path, tmp_path)

    assert checked.returncode != 0
    assert "stranger" in checked.stdout


def test_an_import_that_points_up_fails(tmp_path: Path) -> None:
    (_copy(tmp_path) / "kit" / "upward.py").write_text("from muster.domain import errors\n", encoding="ascii")

    checked = _lint(tmp_path, tmp_path)

    assert checked.returncode != 0
    assert "muster.kit.upward -> muster.domain" in checked.stdout


def test_a_database_library_in_the_core_fails(tmp_path: Path) -> None:
    (_copy(tmp_path) / "pipeline" / "impure.py").write_text("import psycopg\n", encoding="ascii")

    checked = _lint(tmp_path, tmp_path)

    assert checked.returncode != 0
    assert "muster.pipeline.impure -> psycopg" in checked.stdout
