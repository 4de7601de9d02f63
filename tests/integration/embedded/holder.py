"""A muster process in small: holds an embedded server, reads a word a line, answers with one line of JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from muster.domain.errors import MusterError
from muster.runtime.embedded import EmbeddedPostgres


def _answer(server: EmbeddedPostgres, word: str) -> dict[str, object]:
    if word == "acquire":
        urls = server.acquire()
    elif word == "ensure":
        urls = server.ensure_running()
    elif word == "release":
        server.release()
        return {}
    else:
        status = server.status()
        return {"ready": status.accepts_connections, "pid": status.process_id, "base": str(status.base_folder)}
    status = server.status()
    return {
        "application": urls.application,
        "owner": urls.owner,
        "pid": status.process_id,
        "base": str(status.base_folder),
        "socket": str(status.socket_folder),
        "uid": os.geteuid(),
    }


def main() -> None:
    server = EmbeddedPostgres(Path(sys.argv[1]), Path(sys.argv[2]))
    for line in sys.stdin:
        try:
            answer = _answer(server, line.strip())
        except MusterError as error:
            answer = {"error": error.code, "message": error.message}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    server.release()


if __name__ == "__main__":
    main()
