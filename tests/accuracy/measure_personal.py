"""Measures how well personal data is told, on files with labels: `measure_personal.py [folder]` prints three tables.

The folder holds `presidio_synth_dataset_v2.json` (sentences whose spans are labelled) and
`presidio_FakeNameGenerator_100.csv` (people who do not exist), both of github.com/microsoft/presidio-research, which
are no part of this repository.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.reference.sensitive_data import data_kinds
from muster.catalog.registry import categories
from muster.domain.conversion import FAILURE_SCHEMA
from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import TableInfo, cell_column
from muster.pipeline.validate import Batch, InMemoryTables, Knowledge, MappedTable, all_agents, run_agent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.domain.findings import Finding

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "sensitive_data"
SENTENCES, PEOPLE = "presidio_synth_dataset_v2.json", "presidio_FakeNameGenerator_100.csv"
COLUMN_OF = 20
"""So many distinct values make one column."""

KIND_OF_CODE = {
    "payment_cards": "payment_card",
    "bank_accounts": "bank_account",
    "national_ids": "national_id",
    "email_addresses": "email_address",
    "phone_numbers": "phone_number",
}
BY_VALUE = {
    "CREDIT_CARD": "payment_card",
    "IBAN_CODE": "bank_account",
    "US_SSN": "national_id",
    "EMAIL_ADDRESS": "email_address",
    "PHONE_NUMBER": "phone_number",
}
"""Labels whose values are looked for anywhere. Names and addresses are told by their headers only."""

TELLING = {
    "CREDIT_CARD": ("payment_card", "Card number"),
    "IBAN_CODE": ("bank_account", "IBAN"),
    "US_SSN": ("national_id", "SSN"),
    "EMAIL_ADDRESS": ("email_address", "Customer e-mail"),
    "PHONE_NUMBER": ("phone_number", "Phone"),
    "PERSON": ("person_name", "Customer name"),
    "STREET_ADDRESS": ("postal_address", "Home address"),
    "ZIP_CODE": ("postal_address", "Postal code"),
    "US_DRIVER_LICENSE": ("driving_licence", "Driver license"),
    "AGE": ("demographic", "Customer age"),
    "NRP": ("demographic", "Nationality"),
    "ORGANIZATION": (None, "Company name"),
    "DOMAIN_NAME": (None, "Domain"),
    "DATE_TIME": (None, "Opened at"),
    "TITLE": (None, "Position"),
    "GPE": (None, "Region"),
    "IP_ADDRESS": (None, "Server IP"),
}
"""What the values of a label are, with a header as people write it; None: no personal data by itself."""

PEOPLE_COLUMNS = {
    "Gender": "demographic", "GivenName": "person_name", "MiddleInitial": "person_name", "Surname": "person_name",
    "StreetAddress": "postal_address", "City": "postal_address", "State": "postal_address",
    "StateFull": "postal_address", "ZipCode": "postal_address", "EmailAddress": "email_address",
    "Username": "user_account", "Password": "credentials", "BrowserUserAgent": "online_identifier",
    "TelephoneNumber": "phone_number", "MothersMaiden": "person_name", "Birthday": "birth_date",
    "Age": "demographic", "CCType": "payment_card", "CCNumber": "payment_card", "CVV2": "payment_card",
    "CCExpires": "payment_card", "NationalID": "national_id", "WesternUnionMTCN": "financial_person",
    "MoneyGramMTCN": "financial_person", "Occupation": "demographic", "BloodType": "health", "Pounds": "demographic",
    "Kilograms": "demographic", "FeetInches": "demographic", "Centimeters": "demographic",
    "Latitude": "location_data", "Longitude": "location_data",
}  # fmt: skip
"""What the columns of the made-up people hold, labelled by hand; those left out hold no personal data of their own."""


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed ones of each kind."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, truth: set[str], said: set[str]) -> None:
        """Count one column or one sentence."""
        for kind in truth | said:
            kept = self.right if kind in truth & said else self.missed if kind in truth else self.wrong
            kept[kind] += 1

    def lines(self, title: str) -> list[str]:
        """One table: precision and recall of each kind, and of all together."""
        kinds = sorted({*self.right, *self.wrong, *self.missed})
        rows = [(kind, self.right[kind], self.wrong[kind], self.missed[kind]) for kind in kinds]
        rows.append(("all", sum(self.right.values()), sum(self.wrong.values()), sum(self.missed.values())))
        lines = [
            "",
            title,
            f"  {'kind':20} {'n':>5} {'right':>6} {'wrong':>6} {'missed':>7} {'precision':>10} {'recall':>7}",
        ]
        for kind, right, wrong, missed in rows:
            precision = f"{right / (right + wrong):.3f}" if right + wrong else "-"
            recall = f"{right / (right + missed):.3f}" if right + missed else "-"
            lines.append(f"  {kind:20} {right + missed:5} {right:6} {wrong:6} {missed:7} {precision:>10} {recall:>7}")
        return lines


def found_in(columns: Mapping[str, Sequence[str | None]]) -> list[Finding]:
    """The findings of the agent on a table of these columns, none of which feeds a field."""
    headers = tuple(columns)
    rows = max(len(values) for values in columns.values())
    info = TableInfo(0, "people", headers, 1, rows, "0.parquet")
    mapped = tuple(
        ColumnMapping("people", place, header, None, 0.0, MatchMethod.NONE, "", None)
        for place, header in enumerate(headers)
    )
    numbers = pl.Series("row_number", range(1, rows + 1), dtype=pl.Int32)
    cells = {cell_column(place): list(columns[header]) for place, header in enumerate(headers)}
    text = pl.DataFrame({"row_number": numbers, "line": numbers + 1, **cells})
    batch = Batch(
        MappedTable(info, mapped), text, text.select("row_number", "line"), pl.DataFrame(schema=FAILURE_SCHEMA)
    )
    knowledge = Knowledge(date(2025, 1, 1), categories()["sensitive_data"], FIELDS)
    run = run_agent(all_agents()["pii_detection"], InMemoryTables((batch,)), knowledge)
    if run.reason:
        raise SystemExit(run.reason)
    return list(run.findings)


def kind_of(finding: Finding) -> str | None:
    """The kind of personal data that a finding tells of."""
    if finding.code in KIND_OF_CODE:
        return KIND_OF_CODE[finding.code]
    by_title = {kind.title: kind.id for kind in data_kinds().values()}
    return by_title.get(str(finding.params.get("kind")))


def in_sentences(records: Sequence[Mapping[str, Any]]) -> Tally:
    """Whether each kind is told in the sentences that hold it: one column of all of them."""
    said: dict[int, set[str]] = defaultdict(set)
    for finding in found_in({"Remarks": [str(record["full_text"]) for record in records]}):
        if finding.row_number is not None and (kind := kind_of(finding)):
            said[finding.row_number].add(kind)
    tally = Tally()
    for place, record in enumerate(records, start=1):
        truth = {BY_VALUE[span["entity_type"]] for span in record["spans"] if span["entity_type"] in BY_VALUE}
        tally.add(truth, said[place])
    return tally


def in_columns(records: Sequence[Mapping[str, Any]], *, telling: bool) -> Tally:
    """Whether columns of values of one label are told, under a header that tells or one that does not."""
    values: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for span in record["spans"]:
            if span["entity_value"] not in values[span["entity_type"]]:
                values[span["entity_type"]].append(span["entity_value"])
    tally = Tally()
    for label, texts in sorted(values.items()):
        kind, header = TELLING[label]
        if not telling and label not in BY_VALUE:
            kind = None
        for start in range(0, max(len(texts) - COLUMN_OF // 2, 1), COLUMN_OF):
            findings = found_in({header if telling else "Attribute 7": texts[start : start + COLUMN_OF]})
            said = {told for finding in findings if finding.row_number is None and (told := kind_of(finding))}
            tally.add({kind} if kind else set(), said)
    return tally


def in_people(path: Path) -> Tally:
    """Whether the columns of the made-up people are told, all in one table with the headers that the file has."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    findings = found_in({header: [row[header] or None for row in rows] for header in rows[0]})
    said: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if kind := kind_of(finding):
            said[str(finding.field)].add(kind)
    tally = Tally()
    for header in rows[0]:
        truth = PEOPLE_COLUMNS.get(header)
        tally.add({truth} if truth else set(), said[header])
    return tally


def main(arguments: list[str]) -> int:
    """Print all tables; 1 when the files are not there."""
    folder = Path(arguments[0]) if arguments else FOLDER
    if not (folder / SENTENCES).is_file() or not (folder / PEOPLE).is_file():
        sys.stderr.write(
            f"{folder} lacks {SENTENCES} or {PEOPLE}; both are in github.com/microsoft/presidio-research\n"
        )
        return 1
    records = json.loads((folder / SENTENCES).read_text("utf-8"))
    lines = [
        *in_sentences(records).lines("sentences, cell by cell"),
        *in_columns(records, telling=True).lines(f"columns of {COLUMN_OF} values, header that tells"),
        *in_columns(records, telling=False).lines(f"columns of {COLUMN_OF} values, header that does not"),
        *in_people(folder / PEOPLE).lines("made-up people, all columns of one table"),
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
