"""Whether the file has the form that its category asks for: columns, required values, types, ranges and words.

What holds a row back, and why:

- A row without any required value names nothing, so nothing can be made of it: error.
- A required field without a column leaves every row like that: one error on the table, not one per row.
- A cell that can not be read never enters the inventory; the row goes on with that field empty, because a server with
  an odd memory size, or with `DHCP` for an address, is still a server: warning. The same holds for a number out of
  range, and for a word outside the vocabulary (people coin new environments every day); the nearest one is named.
- Unless that cell was all the row had of a required value: then nothing names the row any more, and it is held back
  with the cell as the reason: error.
- A file may hold tables of several kinds (applications, and the dependencies between them): each is asked for what its
  own category requires.
- Two columns for a field with one value: only the surest filled one counts: warning, since nothing is lost from the
  claim. It is no finding where a list field unites them, or where the profile of the source pairs them on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import FailureCode
from muster.domain.findings import FindingCode, Severity
from muster.domain.mapping import MatchMethod
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate.agent import FINDINGS_SCHEMA, Agent, Knowledge, Outcome, findings_frame, params_json
from muster.pipeline.validate.places import places
from muster.pipeline.validate.quality import filled

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch, MappedTable

_CELL = [ROW_NUMBER, "position"]
_NAMED = 8
"""As many fields are named in a sentence."""

_CODES = (
    FindingCode(
        code="required_column_missing",
        severity=Severity.ERROR,
        title="A required field has no column",
        template="No column feeds {alternatives}; without it no row of this table can be used.",
        advice="Map a column to one of these fields, or export the file again with it.",
    ),
    FindingCode(
        code="required_value_missing",
        severity=Severity.ERROR,
        title="A required value is missing",
        template="This row has no value for {alternatives}.",
        advice="Fill one of them in, or take the row out.",
    ),
    FindingCode(
        code="required_value_unreadable",
        severity=Severity.ERROR,
        title="The only required value can not be read",
        template="{field} should be {expected}, but the cell looks like {excerpt}, and nothing else names this row.",
        advice="Correct the cell, or give the row a name.",
    ),
    FindingCode(
        code="wrong_type",
        severity=Severity.WARNING,
        title="A value is not of its field's type",
        template="{field} should be {expected}, but the cell looks like {excerpt}; it is left out.",
        advice="Correct the cell, or map the column to another field.",
    ),
    FindingCode(
        code="out_of_range",
        severity=Severity.WARNING,
        title="A value is outside the possible range",
        template="{field} should be {expected}; the value in the cell ({excerpt}) is left out.",
        advice="Check the value and the unit of the column.",
    ),
    FindingCode(
        code="unknown_word",
        severity=Severity.WARNING,
        title="A word is not in the vocabulary of its field",
        template="{field} should be {expected}; the word in the cell ({excerpt}) is not known.{hint}",
        advice="Use a known word, or teach muster this one.",
    ),
    FindingCode(
        code="column_mapped_twice",
        severity=Severity.WARNING,
        title="Two columns feed the same field",
        template="The columns {columns} all feed {field}, which holds one value: the surest filled one counts.",
        advice="Keep the better column and map the others to nothing.",
    ),
)


def _check_mapping(table: MappedTable, knowledge: Knowledge) -> Outcome:
    mapped = set(table.fields)
    rows: list[dict[str, object]] = [
        {
            "code": "required_column_missing",
            "field": alternatives[0] if len(alternatives) == 1 else None,
            "params": params_json(alternatives=_one_of(alternatives)),
        }
        for alternatives in table.required(knowledge.category)
        if mapped.isdisjoint(alternatives)
    ]
    for name in table.fields:
        positions = table.positions(name)
        declared = knowledge.fields.get(name)
        methods = {column.match_method for column in table.columns if column.target_field == name}
        on_purpose = methods <= {MatchMethod.SOURCE_PROFILE, MatchMethod.REMEMBERED}
        if len(positions) > 1 and declared is not None and not declared.is_list and not on_purpose:
            headers = ", ".join(f"“{table.info.columns[position]}”" for position in positions)
            rows.append({"code": "column_mapped_twice", "field": name, "params": params_json(columns=headers)})
    return Outcome([findings_frame(rows)])


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    failures = batch.failures
    lost = [failures.clear()]
    found = []
    for alternatives in batch.table.required(knowledge.category):
        mapped = [name for name in alternatives if name in batch.table.fields and name in batch.typed.columns]
        if mapped:
            empty = batch.typed.filter(~pl.any_horizontal(filled(batch.typed.schema, name) for name in mapped))
            lost.append(failures.filter(pl.col("field").is_in(mapped)).join(empty, on=ROW_NUMBER, how="semi"))
            blank = empty.join(lost[-1], on=ROW_NUMBER, how="anti", maintain_order="left")
            params = {"alternatives": pl.lit(_one_of(tuple(mapped)))}
            found.append(places(blank, "required_value_missing", mapped[0], params=params))
    unreadable = pl.concat(lost).unique(_CELL).sort(_CELL)
    others = failures.join(unreadable, on=_CELL, how="anti", maintain_order="left")
    details = {"expected": pl.col("expected")}
    hint = pl.format(" The nearest known one is “{}”.", "nearest").fill_null("")
    words = others.filter(code=FailureCode.UNKNOWN_WORD)
    found += [
        _with_excerpt(unreadable, "required_value_unreadable", details),
        _with_excerpt(others.filter(code=FailureCode.WRONG_TYPE), FailureCode.WRONG_TYPE, details),
        _with_excerpt(others.filter(code=FailureCode.OUT_OF_RANGE), FailureCode.OUT_OF_RANGE, details),
        _with_excerpt(words, FailureCode.UNKNOWN_WORD, {**details, "hint": hint}),
    ]
    return Outcome(found)


def _with_excerpt(failures: pl.DataFrame, code: str, params: dict[str, pl.Expr]) -> pl.DataFrame:
    """One place per failure; sorted by field first, so that each field's first places carry their details."""
    frames = [
        places(group, code, str(name), params=params, excerpt=pl.col("excerpt"))
        for (name,), group in failures.group_by("field", maintain_order=True)
    ]
    return pl.concat(frames) if frames else FINDINGS_SCHEMA.to_frame()


def _one_of(alternatives: tuple[str, ...]) -> str:
    """Words for a choice of fields, the first eight of them named."""
    if len(alternatives) == 1:
        return alternatives[0]
    more = len(alternatives) - _NAMED
    return f"any of {', '.join(alternatives[:_NAMED])}{f' or {more} more' if more > 0 else ''}"


AGENT = Agent(
    id="schema_validation",
    title="Schema validation",
    description="Required columns and values, types, ranges, vocabularies, and columns mapped twice.",
    codes=_CODES,
    check_mapping=_check_mapping,
    check_batch=_check_batch,
)
