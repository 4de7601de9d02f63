"""The command line as a user has it: the real program with a home of its own, in a process of its own or in this."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from muster.cli.app import make_app
from muster.runtime.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = [sys.executable, "-m", "muster.cli"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        """The document on stdout; fails when there is anything beside it."""
        assert self.out.endswith(b"\n")
        return json.loads(self.out)


@dataclass(frozen=True)
class Muster:
    """Runs `muster` in a process of its own, with one home. A traceback fails the test."""

    home: Path

    def __call__(self, *words: str | Path, stdin: bytes = b"", **environment: str) -> Done:
        done = subprocess.run(
            [*PROGRAM, *map(str, words)],
            check=False,
            input=stdin,
            capture_output=True,
            env=self.environment(**environment),
            timeout=120,
        )
        err = done.stderr.decode()
        assert "Traceback" not in err, err
        return Done(done.returncode, done.stdout, err)

    def environment(self, **more: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
        return {**own, "MUSTER_HOME": str(self.home), "NO_COLOR": "1", **more}

    def imported(self, path: Path, *words: str) -> Any:
        """The one entry of `muster import … --json`."""
        (entry,) = self("import", path, *words, "--json").json["imports"]
        return entry


class InsideMuster(Muster):
    """Runs `muster` in this process: for what need not be the whole program, because loading it takes a second."""

    def __call__(self, *words: str | Path, stdin: bytes = b"", **environment: str) -> Done:
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            done = CliRunner().invoke(
                make_app(), [*map(str, words)], input=stdin, env={"MUSTER_HOME": str(self.home), **environment}
            )
        finally:
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)
        assert isinstance(done.exception, SystemExit | None), done.exception
        return Done(done.exit_code, done.stdout_bytes, done.stderr)


class Home:
    """A home whose database this process holds, so that commands join it, and which leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        self.muster = Muster(folder)
        self._server = EmbeddedPostgres(folder)

    def __enter__(self) -> Muster:
        self._server.acquire()
        return self.muster

    def __exit__(self, *_: object) -> None:
        self._server.release()
        shutil.rmtree(self._server.status().base_folder, ignore_errors=True)
