"""The process that reads an untrusted file: one order as JSON on stdin, one answer as JSON on stdout.

Order: `{"parent", "path", "filename", "staging_dir": null | "…", "limits": {…}, "cpu_seconds"}`; without a staging
folder only the head is read. Answer: `{"report": {…}}`, `{"staged": true}` (the report stands in the folder), or
`{"error": {"name", "message", "facts"}}` for a refusal. Anything else, and the process has crashed.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from muster.domain.errors import MusterError
from muster.pipeline.read.reader import read_file, read_head
from muster.pipeline.read.report import report_to_json
from muster.pipeline.upload import Limits, inspect_upload

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_NICENESS = 5


def main() -> None:
    """Work one order. Exits without a word when the parent is gone."""
    order = json.load(sys.stdin)
    limits = Limits(**order["limits"])
    _confine(order["parent"], order["cpu_seconds"], limits)
    try:
        upload = inspect_upload(Path(order["path"]), limits, filename=order["filename"], hashed=False)
        if order["staging_dir"] is None:
            answer = f'{{"report":{report_to_json(read_head(upload, limits))}}}'
        else:
            read_file(upload, Path(order["staging_dir"]), limits)
            answer = '{"staged":true}'
    except MusterError as error:
        answer = json.dumps({"error": _refusal(error)})
    sys.stdout.write(answer)


def _confine(parent: int, cpu_seconds: int, limits: Limits) -> None:
    """Bind this process to its parent's life, and bound what it may use. Memory is watched by the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_FSIZE, max(limits.file_bytes, limits.archive_bytes))
    # Rows are many small lists that live until their batch is written: the default thresholds walk them over and over.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _refusal(error: MusterError) -> dict[str, Any]:
    return {"name": type(error).__name__, "message": error.message, "facts": error.facts}


if __name__ == "__main__":
    main()
