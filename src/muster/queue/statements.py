"""The queue's own statements by name: one file each in the folder `sql`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import LiteralString


@cache
def statement(name: str) -> LiteralString:
    """Return the text of `sql/<name>.sql`. Raises FileNotFoundError for an unknown name."""
    return files("muster.queue").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
