"""How much a file may ask for: one value, handed from the settings down to the reader and the child that runs it."""

from __future__ import annotations

from dataclasses import dataclass

from muster.domain.errors import UnreadableFileError

_MIB = 1 << 20
_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file. Sizes are bytes, times are seconds; the defaults suit a machine with 4 GB.

    `columns` is Excel's own limit (16,384). `cell_bytes` holds a cell out, `record_bytes` refuses the file.
    `memory_bytes` is the resident memory of the reading child; `head_seconds` and `file_seconds` its wall clock.
    """

    file_bytes: int = 8 * _GIB
    workbook_bytes: int = 2 * _GIB
    """What a workbook may unpack to, all members together."""
    workbook_members: int = 10_000
    workbook_ratio: int = 400
    """How many bytes one packed byte may become; looked at above `workbook_ratio_from` unpacked bytes."""
    workbook_ratio_from: int = 64 * _MIB
    archive_bytes: int = 8 * _GIB
    """What an archive may unpack to, all its files and archives inside together; the ratio holds for it as well."""
    archive_members: int = 1_000
    archive_depth: int = 3
    """How many archives may stand one inside the other."""
    nesting: int = 64
    """How many levels a record may be deep."""
    object_bytes: int = 32 * _MIB
    """What one nested record may take, its lists included."""
    name_chars: int = 1_000
    rows: int = 1_000_000_000
    """How many rows the tables of a file may have together; the numbers of rows are kept in 32 bits."""
    columns: int = 16_384
    extra_columns: int = 100
    """How many cells beyond the header a row may bring; a row with more is held back."""
    tables: int = 1_000
    """How many sheets a workbook, and tables any file may have."""
    cell_bytes: int = _MIB
    record_bytes: int = 128 * _MIB
    head_rows: int = 1_000
    head_bytes: int = 4 * _MIB
    memory_bytes: int = 1536 * _MIB
    head_seconds: float = 10.0
    file_seconds: float = 1_800.0


def beyond_limit(  # noqa: PLR0913 - the parts of one sentence and its facts
    filename: str, what: str, advice: str, *, setting: str, limit: float, kind: str
) -> UnreadableFileError:
    """The refusal of a file that passes a limit; `setting` is the name under which who runs muster may raise it.

    `what` completes the sentence "the file …", `advice` is an imperative without a full stop.
    """
    return UnreadableFileError(
        f"{filename} {what} (limit {setting}): {advice}.", filename=filename, kind=kind, limit=limit, setting=setting
    )
