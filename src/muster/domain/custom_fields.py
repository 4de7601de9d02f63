"""Fields that an engagement declares for itself, without code: a name, a type, and what its values may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "custom:"
"""What a mapping writes before the name, so that no custom field can be taken for one of the catalog."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LONGEST_TEXT = 200
_MOST_WORDS = 500


class CustomType(StrEnum):
    """What the values of a custom field are, named as the types of the catalog's fields."""

    TEXT = "text"
    WORD = "word"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class CustomField:
    """One field of an engagement. `words` are the only values of a WORD; `unit` is that of a number."""

    name: str
    title: str
    type: CustomType
    words: tuple[str, ...] = ()
    unit: str | None = None
    description: str = ""

    @property
    def target(self) -> str:
        """What a mapping calls the field: `custom:support_tier`."""
        return f"{PREFIX}{self.name}"

    def as_json(self) -> dict[str, object]:
        """The JSON object that `parse_custom_field` reads back; members that say nothing are left out."""
        said: dict[str, object] = {"name": self.name, "title": self.title, "type": str(self.type)}
        if self.words:
            said["words"] = list(self.words)
        if self.unit is not None:
            said["unit"] = self.unit
        if self.description:
            said["description"] = self.description
        return said


def parse_custom_field(raw: Mapping[str, object]) -> CustomField:
    """Read a declaration. Raises InvalidRequestError naming the member and what it takes."""
    unknown = sorted(set(raw) - {"name", "title", "type", "words", "unit", "description"})
    if unknown:
        raise InvalidRequestError(
            f"A custom field has no {unknown[0]!r}; it has name, title, type, words, unit and description.",
            field=unknown[0],
        )
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong("name", "lower-case letters, digits and underscores, a letter first, 63 at most")
    kind = raw.get("type", str(CustomType.TEXT))
    if kind not in list(CustomType):
        raise _wrong("type", f"one of {', '.join(CustomType)}")
    field = CustomField(
        name=name,
        title=_text(raw, "title") or name.replace("_", " ").capitalize(),
        type=CustomType(str(kind)),
        words=_words(raw.get("words")),
        unit=_text(raw, "unit") or None,
        description=_text(raw, "description"),
    )
    if (field.type is CustomType.WORD) != bool(field.words):
        raise _wrong("words", "the words that a field of the type word may hold, and nothing for another type")
    if field.unit is not None and field.type not in {CustomType.INTEGER, CustomType.NUMBER}:
        raise _wrong("unit", "the unit of a number; this field is none")
    return field


def _words(raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list | tuple) or len(raw) > _MOST_WORDS or not all(_is_text(word) for word in raw):
        raise _wrong("words", f"a list of at most {_MOST_WORDS} words")
    return tuple(dict.fromkeys(str(word).strip() for word in raw))


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if value is None or value == "":
        return ""
    if not _is_text(value):
        raise _wrong(name, f"text of at most {_LONGEST_TEXT} printable characters")
    return str(value).strip()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST_TEXT and value.isprintable()


def _wrong(member: str, takes: str) -> InvalidRequestError:
    return InvalidRequestError(f"{member} of a custom field takes {takes}.", field=member)
