"""Whether it is said how much things matter, in words that are known, and whether the words fit each other.

Nothing here holds a row back. The criticality of a system is the strictest one that the rows give in which it is the
one that depends: its business criticality where there is a column for it, else that of its dependencies.

- A word that is none of low, medium, high, critical or their synonyms (P1, tier 0, gold, mission critical): warning.
- A critical row whose target is only ever called low: what is critical can be no better than what it needs: warning.
- No criticality where it matters, since the row is of a production or disaster recovery environment, or a critical row
  depends on its system: warning. A cell that can not be read is told as such, not as missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate import dependencies
from muster.pipeline.validate.agent import FINDINGS_SCHEMA, Agent, Knowledge, Outcome, TableView
from muster.pipeline.validate.dependencies import SOURCE, TARGET
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

_FIELDS = ("business_criticality", "criticality")
"""The first one that a row has counts."""
_WORDS = ("low", "medium", "high", "critical")
_LOW, _CRITICAL = 0, 3
_MATTERING = ("production", "disaster_recovery")

_RANK = "rank"
_MISSING = "missing"
_MATTERS = "matters"

_CODES = (
    FindingCode(
        code="unknown_criticality",
        severity=Severity.WARNING,
        title="A criticality is not known",
        template="{field} should be one of low, medium, high, critical or a synonym; the word ({excerpt}) is none.",
        advice="Use one of these words, or teach muster this one.",
    ),
    FindingCode(
        code="critical_on_low",
        severity=Severity.WARNING,
        title="A critical system depends on a low one",
        template="This row is critical, but what it depends on is called low at row {first} (line {first_line}).",
        advice="Raise the criticality of the one, or check that of the other.",
    ),
    FindingCode(
        code="criticality_missing",
        severity=Severity.WARNING,
        title="A criticality is missing where it matters",
        template="{field} is empty, but {reason}.",
        advice="Ask the owner how much it matters.",
    ),
)


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    wrong = batch.failures.filter(pl.col("field").is_in(_FIELDS))
    found = [places(wrong, "unknown_criticality", pl.col("field"), excerpt=pl.col("excerpt"))]
    typed = batch.typed
    named = [name for name in _FIELDS if name in typed.columns]
    if not named:
        return Outcome(found)
    rank = pl.coalesce(named).replace_strict(_WORDS, range(len(_WORDS)), default=None, return_dtype=pl.Int8)
    matters = pl.col("environment").is_in(_MATTERING) if "environment" in typed.columns else pl.lit(value=False)
    rows = typed.lazy().select(
        ROW_NUMBER,
        LINE,
        *dependencies.end_keys(typed.columns),
        rank.alias(_RANK),
        (pl.coalesce(named).is_null() & ~pl.col(ROW_NUMBER).is_in(wrong.get_column(ROW_NUMBER).implode())).alias(
            _MISSING
        ),
        matters.fill_null(value=False).alias(_MATTERS),
    )
    return Outcome(found, gathered=rows.filter(pl.col(_RANK).is_not_null() | pl.col(_MISSING)).collect())


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    rows = view.gathered
    name = next((name for name in _FIELDS if name in view.table.fields), None)
    if rows.is_empty() or name is None:
        return Outcome([FINDINGS_SCHEMA.to_frame()])
    return Outcome([_on_low(rows), _missing(rows, name)])


def _on_low(rows: pl.DataFrame) -> pl.DataFrame:
    critical = rows.filter((pl.col(_RANK) == _CRITICAL) & (pl.col(SOURCE) != pl.col(TARGET)))
    needed = critical.get_column(TARGET).unique()
    low = (
        rows.filter(pl.col(_RANK).is_not_null() & pl.col(SOURCE).is_in(needed.implode()))
        .group_by(SOURCE)
        .agg(pl.max(_RANK), pl.first(ROW_NUMBER).alias("first"), pl.first(LINE).alias("first_line"))
        .filter(pl.col(_RANK) == _LOW)
    )
    both = critical.join(low, left_on=TARGET, right_on=SOURCE, maintain_order="left")
    return places(both, "critical_on_low", None, params={name: pl.col(name) for name in ("first", "first_line")})


def _missing(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    needed = rows.filter(pl.col(_RANK) == _CRITICAL).get_column(TARGET).drop_nulls().unique()
    is_needed = pl.col(SOURCE).is_in(needed.implode()).fill_null(value=False)
    reason = (
        pl.when(_MATTERS).then(pl.lit("the row is of an environment in use"))
        .otherwise(pl.lit("a critical row depends on its system"))
    )  # fmt: skip
    missing = rows.filter(pl.col(_MISSING) & (pl.col(_MATTERS) | is_needed))
    return places(missing, "criticality_missing", name, params={"reason": reason})


AGENT = Agent(
    id="criticality_validation",
    title="Criticality",
    description="Unknown words for criticality, critical systems that depend on low ones, missing where it matters.",
    codes=_CODES,
    needs=_FIELDS,
    check_batch=_check_batch,
    check_table=_check_table,
)
