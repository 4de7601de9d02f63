"""How the text of one column becomes values: decided once per column, written into the mapping, read by convert.

As text (ColumnMapping.transformation) it is a list of parts, one space between them:

    unit:MiB         numbers are in this unit (header_words.SIZE_IN_GB, CLOCK_IN_MHZ, RATE_IN_MBIT) unless a cell names
                     its own; unit:percent says that percentages are not written as fractions
    decimal:,        the decimal mark of the column's numbers (`.` when not given)
    fraction         percentages written as 0-1
    date:dmy         order of the parts of numeric dates: dmy, mdy, ymd; excel (day count), epoch_s, epoch_ms
    list:;           what parts several values in one cell; also `newline` and `space`; several parts may stand
    else:other       a word that the vocabulary does not know becomes this word
    times:cpu_sockets  the number is per one of that field, and is multiplied by it where it is known
    reference        cells that hold a ServiceNow sys_id instead of a name are empty
"""

from __future__ import annotations

from dataclasses import dataclass

LIST_MARKS = {"newline": "\n", "space": " "}


@dataclass(frozen=True, slots=True)
class Transformation:
    """The parts, parsed. All empty: the field's plain reading."""

    unit: str | None = None
    decimal: str = "."
    fraction: bool = False
    date: str | None = None
    lists: tuple[str, ...] = ()
    otherwise: str | None = None
    times: str | None = None
    reference: bool = False

    @classmethod
    def parse(cls, text: str | None) -> Transformation:
        """Read the text form. Raises ValueError for a part that does not exist."""
        values: dict[str, str] = {}
        lists: list[str] = []
        for part in (text or "").split():
            name, _, value = part.partition(":")
            if name == "list":
                lists.append(LIST_MARKS.get(value, value))
            elif name in {"unit", "decimal", "date", "else", "times", "fraction", "reference"}:
                values[name] = value
            else:
                raise ValueError(f"there is no transformation {part!r}")
        return cls(
            unit=values.get("unit"),
            decimal=values.get("decimal", "."),
            fraction="fraction" in values,
            date=values.get("date"),
            lists=tuple(lists),
            otherwise=values.get("else"),
            times=values.get("times"),
            reference="reference" in values,
        )

    def __str__(self) -> str:
        names = {mark: name for name, mark in LIST_MARKS.items()}
        parts = [
            f"unit:{self.unit}" if self.unit else "",
            f"decimal:{self.decimal}" if self.decimal != "." else "",
            "fraction" if self.fraction else "",
            f"date:{self.date}" if self.date else "",
            *(f"list:{names.get(mark, mark)}" for mark in self.lists),
            f"else:{self.otherwise}" if self.otherwise else "",
            f"times:{self.times}" if self.times else "",
            "reference" if self.reference else "",
        ]
        return " ".join(part for part in parts if part)

    def text(self) -> str | None:
        """The text form, None when there is nothing to say."""
        return str(self) or None
