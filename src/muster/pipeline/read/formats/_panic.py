"""Turns what calamine raises for some damaged workbooks, a panic or an unnumbered error, into their refusal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.pipeline.upload import Upload

_PANIC = "PanicException"
"""What Rust code called from Python raises when it gives up (pyo3); it can not be imported."""


@contextmanager
def no_panic(upload: Upload) -> Iterator[None]:
    """Raise UnreadableFileError in place of a panic, and of an error of the system that the system did not give."""
    try:
        yield
    except BaseException as error:
        unnumbered = isinstance(error, OSError) and error.errno is None
        if type(error).__name__ != _PANIC and not unnumbered:
            raise
        raise UnreadableFileError(
            f"{upload.filename} is a damaged workbook: open it, save it again and send that.",
            filename=upload.filename,
            kind="damaged_workbook",
        ) from error
