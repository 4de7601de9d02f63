"""What a command line says of single columns, as choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.cli.report_error import CommandError
from muster.domain.processing_config import MappingChoice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.services.confirm_mapping import FieldMapping


@dataclass(frozen=True, slots=True)
class Corrections:
    """Fields (None: feeds nothing) and units by column."""

    fields: Mapping[str, str | None]
    units: Mapping[str, str]

    @classmethod
    def parse(cls, fields: Sequence[str], units: Sequence[str], ignored: Sequence[str]) -> Corrections:
        """Read `COLUMN=FIELD`, `COLUMN=UNIT` and `COLUMN`; a column's name may hold `=`. Raises CommandError."""
        pairs: dict[str, str | None] = dict(_pair(text, "set", "RAM=memory_gb") for text in fields)
        named = dict(_pair(text, "unit", "RAM=MiB") for text in units)
        for name in ignored:
            if name in pairs or name in named:
                raise CommandError(
                    f"The column {name!r} is to be ignored and to feed a field: say one.", field="ignore"
                )
        return cls({**pairs, **dict.fromkeys(ignored)}, named)


def choices_of(corrections: Corrections, columns: Sequence[FieldMapping]) -> tuple[MappingChoice, ...]:
    """The corrections as choices; a unit alone leaves the column its field. Raises CommandError."""
    choices = []
    for name in dict.fromkeys([*corrections.fields, *corrections.units]):
        unit = corrections.units.get(name)
        now = next((column.target_field for column in columns if column.source_field == name), None)
        target = corrections.fields.get(name, now)
        if unit is not None and target is None:
            raise CommandError(f"The column {name!r} feeds no field: say with --set which.", field="unit")
        choices.append(MappingChoice(name, target, None, None if unit is None else f"unit:{unit}"))
    return tuple(choices)


def _pair(text: str, option: str, example: str) -> tuple[str, str]:
    name, mark, value = text.rpartition("=")
    if not mark or not name or not value or " " in value:
        raise CommandError(f"--{option} takes a column and a word, such as {example!r}, not {text!r}.", field=option)
    return name, value
