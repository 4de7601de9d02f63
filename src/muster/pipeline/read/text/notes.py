"""What was wrong with lines of a text, kept until the rows of these lines are known."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.pipeline.read import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.findings import FindingCode, FindingLog
    from muster.pipeline.read.rows import Row
    from muster.pipeline.read.text.encoding import Encoding, Repair

_REPAIRS = {"bytes": codes.BYTES_REPAIRED, "mojibake": codes.MOJIBAKE_REPAIRED}


@dataclass(slots=True)
class LineNotes:
    """Issues of parsing by line, and repairs of decoding as (line, repair), in the order of the file."""

    encoding: Encoding
    issues: dict[int, FindingCode] = field(default_factory=dict)
    repairs: list[tuple[int, Repair]] = field(default_factory=list)

    def tell(self, log: FindingLog, table: str, rows: Sequence[Row], before: int | None) -> None:
        """Tell what is known of `rows`, and of all lines before `before` (None: of all)."""
        if self.issues:
            for number, line, _ in rows:
                if line in self.issues:
                    log.add(codes.note(self.issues.pop(line), table=table, row_number=number, line=line))
        if self.repairs:
            self._tell_repairs(log, table, rows, before)

    def _tell_repairs(self, log: FindingLog, table: str, rows: Sequence[Row], before: int | None) -> None:
        starts = [line for _, line, _ in rows]
        done = [entry for entry in self.repairs if before is None or entry[0] < before]
        self.repairs = [] if before is None else [entry for entry in self.repairs if entry[0] >= before]
        for line, repair in sorted(done, key=lambda entry: entry[0]):
            place = bisect_right(starts, line) - 1
            finding = codes.note(
                _REPAIRS.get(repair.kind, codes.CHARACTERS_REMOVED),
                table=table,
                row_number=rows[place][0] if place >= 0 else None,
                line=line,
                encoding=self.encoding.codec.upper(),
                repair=repair.detail,
                count=repair.count,
            )
            log.add(finding)
