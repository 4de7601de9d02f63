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
MAPPING_COLUMN_MISSING = FindingCode(
    "mapping_column_missing",
    Severity.WARNING,
    "A mapped column is not in the file",
    "The mapping names the column {column}, which no table of the file has.",
    "Correct the column's name in the mapping.",
)

IMPORT_CODES: tuple[FindingCode, ...] = (UNKNOWN_KIND, NO_OBSERVATION_TIME, MAPPING_COLUMN_MISSING)


def note(code: FindingCode, *, field: str | None = None, **params: str | int) -> Finding:
    """A finding on the whole file with its sentence rendered."""
    return Finding(code.code, code.severity, AGENT, render(code, **params), field=field, params=params)
