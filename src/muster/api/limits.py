"""How much of a body each kind of route takes, and how long a silent sender is waited for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.services.context import Limits

BODY_IDLE_SECONDS = 60
"""Between two pieces of a body; a slow upload goes on for as long as something arrives."""

_MB = 1 << 20
_SMALL_BYTES = _MB
_ROWS_BYTES = 64 * _MB
_FORM_BYTES = _MB


class Body(StrEnum):
    """Kinds of request body. SMALL: a JSON document; ROWS: rows parsed by the caller; FILE: a file in a form."""

    SMALL = "small"
    ROWS = "rows"
    FILE = "file"


def bytes_of(body: Body, limits: Limits) -> int:
    """Return the most bytes taken for `body`; a form may be a little larger than its file."""
    if body is Body.FILE:
        return limits.upload_bytes + _FORM_BYTES
    return _ROWS_BYTES if body is Body.ROWS else _SMALL_BYTES
