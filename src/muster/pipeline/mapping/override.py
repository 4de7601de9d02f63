"""A user's own mapping (`--mapping FILE`, PUT field-mappings): read, checked, and laid over the proposal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.domain.errors import InvalidRequestError
from muster.domain.mapping import ColumnMapping, MappingProposal, MatchMethod
from muster.kit.text import fold
from muster.pipeline.mapping.propose import review_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.catalog.model import Category
    from muster.domain.mapping import Detection

EVERY_TABLE = None
"""Key of columns that the file names without a table: they hold in every table that has such a column."""

_SHAPE = "{table: {column: field or null}} or {column: field or null}"


def read_override(text: str) -> dict[str | None, dict[str, str | None]]:
    """Parse the JSON of a mapping file: `{"vInfo": {"VM": "asset_name", "Folder": null}}`, or without the table.

    Raises InvalidRequestError for anything else, and for a field that does not exist (facts name it).
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidRequestError(f"The mapping is no JSON: line {error.lineno}, column {error.colno}.") from error
    if not isinstance(document, dict):
        raise InvalidRequestError(f"The mapping must be a JSON object: {_SHAPE}.")
    override: dict[str | None, dict[str, str | None]] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            override[name] = {column: _field(column, field) for column, field in value.items()}
        else:
            override.setdefault(EVERY_TABLE, {})[name] = _field(name, value)
    return override


def apply_override(
    proposal: MappingProposal,
    override: Mapping[str | None, Mapping[str, str | None]],
    detection: Detection,
    categories: Mapping[str, Category],
) -> MappingProposal:
    """The proposal with the user's words in place; a column that fed the same scalar field before is released.

    Names are compared as people write them (case, separators and accents do not count). Raises InvalidRequestError
    naming a table or column that the file does not have.
    """
    tables = {fold(name): name for name in dict.fromkeys(column.table for column in proposal.columns)}
    words: dict[str, dict[str, str | None]] = {}
    for name, columns in override.items():
        found = [tables[fold(name)]] if name is not None and fold(name) in tables else list(tables.values())
        if name is not None and fold(name) not in tables:
            raise InvalidRequestError(
                f"The mapping names a table {name!r}; this import has {', '.join(tables.values()) or 'none'}.",
                table=name,
            )
        for table in found:
            words.setdefault(table, {}).update({fold(column): field for column, field in columns.items()})
    _check_columns(proposal, override, words)
    return _with_reasons(
        [column for table in tables.values() for column in _table(proposal.for_table(table), words.get(table, {}))],
        detection,
        categories,
    )


def _table(columns: tuple[ColumnMapping, ...], words: Mapping[str, str | None]) -> list[ColumnMapping]:
    claimed = {field for field in words.values() if field and not FIELDS[field].is_list}
    result = []
    for column in columns:
        name = fold(column.source_field)
        if name in words:
            result.append(_stated(column, words[name]))
        elif column.target_field in claimed:
            result.append(_released(column))
        else:
            result.append(column)
    return result


def _released(column: ColumnMapping) -> ColumnMapping:
    return replace(
        column,
        target_field=None,
        confidence=0.0,
        match_method=MatchMethod.NONE,
        evidence=f"another column was chosen for {column.target_field}",
        transformation=None,
    )


def _stated(column: ColumnMapping, field: str | None) -> ColumnMapping:
    same = field == column.target_field
    return replace(
        column,
        target_field=field,
        confidence=1.0,
        match_method=MatchMethod.USER,
        evidence="you said so",
        transformation=column.transformation if same else None,
    )


def _check_columns(
    proposal: MappingProposal,
    override: Mapping[str | None, Mapping[str, str | None]],
    words: Mapping[str, Mapping[str, str | None]],
) -> None:
    for name, columns in override.items():
        places = [column for column in proposal.columns if name is None or fold(column.table) == fold(name)]
        there = {fold(column.source_field) for column in places if column.table in words}
        for column in columns:
            if fold(column) not in there:
                where = f"table {name!r}" if name else "this import"
                raise InvalidRequestError(
                    f"The mapping names a column {column!r} that {where} does not have.", column=column
                )


def _field(column: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in FIELDS:
        raise InvalidRequestError(
            f"The mapping feeds column {column!r} to {value!r}, which is no field; `muster catalog fields` lists them.",
            column=column,
        )
    return value


def _with_reasons(
    columns: list[ColumnMapping], detection: Detection, categories: Mapping[str, Category]
) -> MappingProposal:
    reasons: list[str] = []
    for table in detection.tables:
        mine = tuple(column for column in columns if column.table == table.table)
        if mine and table.import_category is not None:
            reasons += review_reasons(table.table, mine, categories[table.import_category])
    return MappingProposal(tuple(columns), bool(reasons), tuple(reasons))
