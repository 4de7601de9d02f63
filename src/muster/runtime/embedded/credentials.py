"""The random passwords of the server's roles, in one file that nobody else can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BYTES = 24


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords of letters and digits, so that they stand in a URL and in SQL as they are."""

    supervisor: str = field(repr=False)
    owner: str = field(repr=False)
    application: str = field(repr=False)


def new_credentials() -> Credentials:
    """Return three passwords of 192 random bits each."""
    return Credentials(*(secrets.token_hex(_BYTES) for _ in range(3)))


def read_credentials(path: Path) -> Credentials | None:
    """Return what `path` holds, None when it is absent or was not written by us."""
    try:
        held = json.loads(path.read_text(encoding="ascii"))
        return Credentials(**{name: str(value) for name, value in held.items()})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError):
        return None


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write `text` to `path`, whole or not at all, readable by us alone unless `mode` says otherwise."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    aside.replace(path)


def write_credentials(path: Path, credentials: Credentials) -> None:
    """Store the passwords at `path`, mode 0600."""
    write_private(path, json.dumps(asdict(credentials)))
