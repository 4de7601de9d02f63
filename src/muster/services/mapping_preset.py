"""Mappings as a document that people read, keep beside their files, and take into another engagement.

version: 1
layouts:
  - source: generic               # source_table: vInfo, for a table of a source's profile
    table: servers
    columns: [Server Name, RAM]   # the headers by which the table is known again
    mapping:
      - source_field: RAM
        target_field: memory_gb
        transformation: unit:MiB
custom_fields:                    # those that the mapping names
  - {name: support_tier, title: Support tier, type: word, words: [gold, silver]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.domain.custom_fields import CustomField, parse_custom_field
from muster.domain.errors import InvalidRequestError
from muster.domain.mapping_memory import Layout, header_keys
from muster.domain.processing_config import MappingChoice, parse_mapping
from muster.kit.yaml_text import YamlTextError, dump_yaml, load_yaml

VERSION = "1"
_KEYS = frozenset({"version", "layouts", "custom_fields"})
_LAYOUT_KEYS = frozenset({"source", "source_table", "table", "columns", "mapping"})
_GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class PresetLayout:
    """One kind of table with the words on its columns (choices that name no table)."""

    source_system: str
    source_table: str | None
    table: str
    columns: tuple[str, ...]
    words: tuple[MappingChoice, ...]

    @classmethod
    def of(cls, layout: Layout) -> PresetLayout:
        """A layout as it is written."""
        words = tuple(
            MappingChoice(word.source_field, word.target_field, None, word.transformation) for word in layout.in_order()
        )
        return cls(layout.source_system, layout.source_table, layout.table, layout.columns, words)


@dataclass(frozen=True, slots=True)
class Preset:
    """Layouts, and the custom fields that they name."""

    layouts: tuple[PresetLayout, ...]
    custom_fields: tuple[CustomField, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The document; members that say nothing are left out."""
        document: dict[str, object] = {"version": int(VERSION), "layouts": [_layout_json(one) for one in self.layouts]}
        if self.custom_fields:
            document["custom_fields"] = [field.as_json() for field in self.custom_fields]
        return document

    def as_yaml(self) -> str:
        """The document as YAML."""
        return dump_yaml(self.as_json())

    def choices(self) -> tuple[MappingChoice, ...]:
        """The words as choices for one file: of several layouts each speaks of the table of its name only."""
        several = len(self.layouts) > 1
        return tuple(
            MappingChoice(word.source_field, word.target_field, layout.table if several else None, word.transformation)
            for layout in self.layouts
            for word in layout.words
        )


def read_preset(text: str) -> Preset:
    """Read the YAML (or JSON) of a preset. Raises InvalidRequestError saying where it is wrong."""
    try:
        raw = load_yaml(text)
    except YamlTextError as error:
        raise InvalidRequestError(f"This is no YAML of mappings: {error}.", field="mapping") from None
    return parse_preset(raw)


def is_preset(raw: object) -> bool:
    """Whether a document is a preset, and not a plain list of choices."""
    return isinstance(raw, Mapping) and "layouts" in raw and isinstance(raw["layouts"], list)


def parse_preset(raw: object) -> Preset:
    """Read a document. Raises InvalidRequestError saying where it is wrong."""
    if not isinstance(raw, Mapping) or "layouts" not in raw:
        raise _wrong("mappings", "an object with version, layouts and custom_fields")
    _only(raw, _KEYS, "A document of mappings")
    if str(raw.get("version", VERSION)) != VERSION:
        raise _wrong("version", f"{VERSION}; this document was written by another muster")
    return Preset(
        layouts=tuple(_layout(entry) for entry in _list(raw["layouts"], "layouts")),
        custom_fields=tuple(_custom_field(entry) for entry in _list(raw.get("custom_fields"), "custom_fields")),
    )


def _layout(raw: object) -> PresetLayout:
    if not isinstance(raw, Mapping):
        raise _wrong("layouts", "a list of objects")
    _only(raw, _LAYOUT_KEYS, "A layout")
    words = parse_mapping(raw.get("mapping"))
    if not words:
        raise _wrong("mapping", "the columns of the layout")
    named = tuple(word.source_field for word in words)
    if any(word.table is not None for word in words) or len(header_keys(named)) < len(named):
        raise _wrong("mapping", "each column once, without a table: that is the layout's")
    columns = tuple(str(name) for name in _list(raw.get("columns"), "columns")) or named
    return PresetLayout(
        source_system=_text(raw, "source") or _GENERIC,
        source_table=_text(raw, "source_table"),
        table=_text(raw, "table") or _text(raw, "source_table") or "table",
        columns=columns,
        words=words,
    )


def _layout_json(layout: PresetLayout) -> dict[str, object]:
    said: dict[str, object] = {"source": layout.source_system}
    if layout.source_table is not None:
        said["source_table"] = layout.source_table
    return {
        **said,
        "table": layout.table,
        "columns": list(layout.columns),
        "mapping": [_word_json(word) for word in layout.words],
    }


def _word_json(word: MappingChoice) -> dict[str, object]:
    said: dict[str, object] = {"source_field": word.source_field, "target_field": word.target_field}
    if word.transformation is not None:
        said["transformation"] = word.transformation
    return said


def _list(raw: object, name: str) -> Sequence[object]:
    if raw is None:
        return ()
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise _wrong(name, "a list")
    return raw


def _custom_field(raw: object) -> CustomField:
    if not isinstance(raw, Mapping):
        raise _wrong("custom_fields", "a list of objects with name, title and type")
    return parse_custom_field(raw)


def _text(raw: Mapping[object, object], name: str) -> str | None:
    value = raw.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > 1_000 or not value.isprintable()):  # noqa: PLR2004 - longer is no name
        raise _wrong(name, "a name")
    return value or None


def _only(raw: Mapping[object, object], keys: frozenset[str], what: str) -> None:
    unknown = sorted(str(key) for key in raw.keys() - keys)
    if unknown:
        raise InvalidRequestError(f"{what} has no {unknown[0]!r}; it has {', '.join(sorted(keys))}.", field=unknown[0])


def _wrong(name: str, takes: str) -> InvalidRequestError:
    return InvalidRequestError(f"{name} takes {takes}.", field=name)
