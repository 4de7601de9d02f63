"""Whether rows of one table tell of the same thing twice, and whether they agree.

What holds a row back, and why:

- Equal rows fold into one asset and lose nothing: warning.
- A later row with the same strong identifier (record key, instance UUID in either byte order, serial number of one
  manufacturer, full DNS name, asset tag) and other values contradicts the first. One of them is wrong,
  and no rule can say which: the first stays, each later one is held back: error.
- The same identifier where nothing contradicts (the later row only fills gaps) folds together: warning.
- The same identifier while a stronger one says that these are two (a replica with the DNS name of its original, guests
  that show the serial number of their host) is no duplicate; the identifier is doubtful, the rows are fine: warning.
- The same name, or one that differs only in case, separators or domain, is weak evidence: two data centres may both
  have a `web01`. It is told, unless an identifier proves them to be two: warning.
- A network address on several rows: warning.

In a table whose rows are parts of an asset (disks, network cards) identifiers repeat rightfully: there only equal rows
and equal record keys count. Factory texts and placeholders identify nothing.

In a table of dependencies a row is a connection between two things, named again and again. There, too, only equal rows
and equal record keys count, and two rows with the same source, target, kind, port and protocol, which become one
dependency: warning. Where each row is one connection that was seen, they repeat rightfully.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import RECORD_KEY
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate import dependencies, repeats
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView
from muster.pipeline.validate.dependencies import SOURCE, SOURCE_ENDS, TARGET
from muster.pipeline.validate.identifiers import ADDRESSES, LABEL, NAMES, NEEDS, STRONG, Identifier
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

_CODES = (
    FindingCode(
        code="exact_repeat",
        severity=Severity.WARNING,
        title="A row stands twice in the file",
        template="This row says the same as row {first} (line {first_line}) in every mapped column.",
        advice="Nothing is lost; it becomes one asset. Remove the repetition at its source.",
    ),
    FindingCode(
        code="duplicated",
        severity=Severity.ERROR,
        title="Two rows with one identity contradict each other",
        template="This row has the same {field} as row {first} (line {first_line}), but differs in: {fields}.",
        advice="Correct the identifier, or keep the row that is right.",
    ),
    FindingCode(
        code="repeated_identity",
        severity=Severity.WARNING,
        title="Several rows tell of one thing and agree",
        template="This row has the same {field} as row {first} (line {first_line}); they agree and become one asset.",
        advice="Check that one asset is what you expect.",
    ),
    FindingCode(
        code="shared_identifier",
        severity=Severity.WARNING,
        title="Different things share an identifier",
        template="This row has the same {field} as row {first} (line {first_line}), but other identifiers differ.",
        advice="Check the identifier: clones and replicas often carry that of their original.",
    ),
    FindingCode(
        code="duplicated_name",
        severity=Severity.WARNING,
        title="Two rows have the same name",
        template="This row has the same {field} as row {first} (line {first_line}), but differs in: {fields}.",
        advice="When they are one machine, keep one row; when they are two, give each an identifier.",
    ),
    FindingCode(
        code="similar_name",
        severity=Severity.WARNING,
        title="Two names differ only in domain, case or separators",
        template="This row's {field} is nearly that of row {first} (line {first_line}).",
        advice="When they are one machine, write its name in one way.",
    ),
    FindingCode(
        code="shared_address",
        severity=Severity.WARNING,
        title="Several rows have the same network address",
        template="This row shares a value of {field} with row {first} (line {first_line}).",
        advice="Check which row is current; clusters and gateways share addresses rightfully.",
    ),
    FindingCode(
        code="repeated_dependency",
        severity=Severity.WARNING,
        title="Several rows tell of one dependency",
        template="This row has the ends, kind, port and protocol of row {first} (line {first_line}){differing}.",
        advice="They become one dependency. Keep one row, or say by kind or port what sets them apart.",
    ),
)

_DEPENDENCY = "dependency"
_AT = {"first": pl.col(repeats.FIRST), "first_line": pl.col(repeats.FIRST_LINE)}


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    if not dependencies.is_dependencies(batch.table):
        named = not set(batch.table.fields).isdisjoint(NEEDS)
        return Outcome(gathered=repeats.gather(batch) if named else None)
    keys = repeats.gather(replace(batch, table=replace(batch.table, one_asset_per_row=False)))
    return Outcome(gathered=keys.with_columns(_dependency_keys(batch)))


def _dependency_keys(batch: Batch) -> pl.Series:
    """What makes two rows the same dependency; null where an end has no name, or rows are single connections."""
    ends = batch.typed.select(*dependencies.whole_ends(batch.typed.columns))
    named = pl.col(SOURCE).is_not_null() & pl.col(TARGET).is_not_null()
    keys = ends.with_columns(dependencies.link_key(batch.typed).alias("link"))
    told = pl.lit(value=not dependencies.tells_events(batch)) & named
    return (
        keys.with_columns(keys.hash_rows().alias(_DEPENDENCY))
        .select(pl.when(told).then(_DEPENDENCY).alias(_DEPENDENCY))
        .to_series()
    )


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    pairs = {
        name: repeats.later_rows(view.gathered, name)
        for name in (repeats.WHOLE_ROW, *(item.field for item in STRONG), LABEL, *ADDRESSES, _DEPENDENCY)
        if name in view.gathered.columns
    }
    equal = pairs.pop(repeats.WHOLE_ROW)
    found = [places(equal, "exact_repeat", None, params=_AT)]
    wholes = view.gathered.select(ROW_NUMBER, repeats.WHOLE_ROW)
    pairs = {name: _without_equal(pair, wholes) for name, pair in pairs.items()}
    if all(pair.is_empty() for pair in pairs.values()):
        return Outcome(found)
    values = repeats.Values(view, list(pairs.values()))
    if _DEPENDENCY in pairs:
        same = pairs.pop(_DEPENDENCY)
        found.append(_same_dependency(same, values))
        pairs = {name: _not_told(pair, same) for name, pair in pairs.items()}
    told: list[pl.DataFrame] = []
    for item in STRONG:
        if item.field in pairs:
            told.append(pairs[item.field].select(ROW_NUMBER, repeats.FIRST))
            found.extend(_same_identifier(item, pairs[item.field], values, view))
    known = pl.concat(told) if told else None
    if LABEL in pairs:
        found.extend(_same_name(_not_told(pairs[LABEL], known), values))
    found.extend(
        places(_not_told(pairs[name], known), "shared_address", name, params=_AT) for name in ADDRESSES if name in pairs
    )
    return Outcome(found)


def _without_equal(pairs: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    """Leave out the pairs whose rows are equal: those are told as such."""
    if pairs.is_empty():
        return pairs
    first = wholes.rename({repeats.WHOLE_ROW: "first_whole"})
    both = pairs.join(wholes, on=ROW_NUMBER, how="left", maintain_order="left").join(
        first, left_on=repeats.FIRST, right_on=ROW_NUMBER, how="left", maintain_order="left"
    )
    return both.filter(pl.col(repeats.WHOLE_ROW).ne_missing(pl.col("first_whole"))).select(pairs.columns)


def _not_told(pairs: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """Leave out the pairs that a strong identifier has already brought together."""
    if known is None or known.is_empty():
        return pairs
    return pairs.join(known, on=[ROW_NUMBER, repeats.FIRST], how="anti", maintain_order="left")


def _same_identifier(
    item: Identifier, pairs: pl.DataFrame, values: repeats.Values, view: TableView
) -> list[pl.DataFrame]:
    if pairs.is_empty():
        return []
    shown = item.field
    if shown == RECORD_KEY and "source_id" in view.table.fields:
        shown = "source_id"
    both = values.compare(pairs).filter(~values.any_differs(item.separated_by))
    doubtful = values.any_differs(item.contradicted_by)
    others = [name for name in values.fields if name != item.field]  # it may be written in another way
    differ = values.any_differs(others)
    details = {**_AT, "fields": values.differing(others)}
    return [
        places(both.filter(~doubtful & differ), "duplicated", shown, params=details),
        places(both.filter(~doubtful & ~differ), "repeated_identity", shown, params=_AT),
        places(both.filter(doubtful), "shared_identifier", shown, params=_AT),
    ]


def _same_name(pairs: pl.DataFrame, values: repeats.Values) -> list[pl.DataFrame]:
    if pairs.is_empty():
        return []
    names = [name for name in NAMES if name in values.fields]
    shown = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in names)
    two = values.any_differs(("instance_uuid", "serial_number", "asset_tag", repeats.DOMAIN))
    both = values.compare(pairs).filter(~two)
    same = values.same(repeats.WRITTEN)
    differ = values.any_differs(values.fields)
    details = {**_AT, "fields": values.differing(values.fields)}
    return [
        places(both.filter(same & differ), "duplicated_name", shown, params=details),
        places(both.filter(same & ~differ), "repeated_identity", shown, params=_AT),
        places(both.filter(~same), "similar_name", shown, params=_AT),
    ]


def _same_dependency(pairs: pl.DataFrame, values: repeats.Values) -> pl.DataFrame:
    if pairs.is_empty():
        return places(pairs, "repeated_dependency", None)
    both = values.compare(pairs)
    differing = pl.when(values.any_differs(values.fields)).then(
        pl.format(", but differs in: {}", values.differing(values.fields))
    )
    return places(both, "repeated_dependency", None, params={**_AT, "differing": differing.fill_null("")})


AGENT = Agent(
    id="duplicate_detection",
    title="Duplicate detection",
    description="Equal rows, one identity with different values, nearly equal names, shared addresses, repeated links.",
    codes=_CODES,
    needs=(*NEEDS, *SOURCE_ENDS),
    check_batch=_check_batch,
    check_table=_check_table,
)
