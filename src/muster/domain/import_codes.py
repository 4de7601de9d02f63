"""The clauses of the import itself, beside those of reader and agents: what is said of the file as a whole."""

from __future__ import annotations

from muster.domain.findings import Finding, FindingCode, Severity, render

AGENT = "import"

UNKNOWN_KIND = FindingCode(
    "unknown_kind",
    Severity.ERROR,
    "Unknown kind of file",
    "This file fits no import category: {reasons}.",
    "State the category and map the columns yourself, or send the export that the source system offers.",
)
NO_OBSERVATION_TIME = FindingCode(
    "no_observation_time",
    Severity.INFO,
    "When it was observed is not stated",
    "Neither the file nor its sender says when this was observed; the time of the upload ({moment}) counts.",
    "State observed_at, so that an older file does not overrule a newer one.",
)
OBSERVATION_TIME_FROM_FILE = FindingCode(
    "observation_time_from_file",
    Severity.INFO,
    "The file says when it was observed",
    "The file says that this was observed at {moment} ({place}).",
    "If that is not when the source saw it, state observed_at.",
)
OBSERVATION_TIME_IMPLAUSIBLE = FindingCode(
    "observation_time_implausible",
    Severity.WARNING,
    "The file's date can not be right",
    "The date in {place} is not taken as the time of observation: {reason}.",
    "Correct the date in the source, or state observed_at.",
)
OBSERVATION_TIME_AMBIGUOUS = FindingCode(
    "observation_time_ambiguous",
    Severity.WARNING,
    "The file's date can be read in several ways",
    "The date in {place} is not taken as the time of observation: {reason}.",
    "State observed_at, or export dates as in 2024-05-31T14:05:00Z.",
)
MAPPING_COLUMN_MISSING = FindingCode(
    "mapping_column_missing",
    Severity.WARNING,
    "A mapped column is not in the file",
    "The mapping names the column {column}, which no table of the file has.",
    "Correct the column's name in the mapping.",
)

REMEMBERED_COLUMN_GONE = FindingCode(
    "remembered_column_gone",
    Severity.WARNING,
    "A column that was there before is gone",
    "The column {column}, which feeds {target} ({origin}), is not in this file.",
    "If the source calls it otherwise now, map the new column; else check the export.",
)
COLUMN_NEW = FindingCode(
    "column_new",
    Severity.INFO,
    "A column is new",
    "The column {column} was not in {filename}, the last file of this kind.",
    "Look at the field it feeds.",
)
REMEMBERED_VALUES_CHANGED = FindingCode(
    "remembered_values_changed",
    Severity.WARNING,
    "The values of a column have changed",
    "The column {column} feeds {target} ({origin}), but {reason}.",
    "Check what the source writes into this column now, and correct its field or its unit.",
)

IMPORT_CODES: tuple[FindingCode, ...] = (
    UNKNOWN_KIND,
    NO_OBSERVATION_TIME,
    OBSERVATION_TIME_FROM_FILE,
    OBSERVATION_TIME_IMPLAUSIBLE,
    OBSERVATION_TIME_AMBIGUOUS,
    MAPPING_COLUMN_MISSING,
    REMEMBERED_COLUMN_GONE,
    COLUMN_NEW,
    REMEMBERED_VALUES_CHANGED,
)


def note(
    code: FindingCode,
    *,
    table: str | None = None,
    line: int | None = None,
    field: str | None = None,
    **params: str | int,
) -> Finding:
    """A finding on the file (or on a table, line or column of it) as a whole, with its sentence rendered."""
    return Finding(
        code.code, code.severity, AGENT, render(code, **params), table=table, line=line, field=field, params=params
    )
