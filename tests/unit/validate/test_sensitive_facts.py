"""The facts about sensitive data: what the reference files say, and how free words are read by them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from stdnum import luhn
from validate_samples import batch, found, knowledge, run

from muster.catalog.fields import FIELDS
from muster.catalog.reference import sensitive_data as facts
from muster.pipeline.validate import (
    InMemoryTables,
    all_agents,
    jurisdictions,
    personal_headers,
    personal_values,
    retention,
    run_agent,
    sensitivity,
)
from muster.pipeline.validate.phrases import Phrases, plain_text

LEVELS = sensitivity.levels(FIELDS)
PLANTED = {
    "card": "4539578763621486",
    "iban": "DE89370400440532013000",
    "ssn": "219-09-9998",
    "mail": "anna.quittenbaum@example.com",
    "phone": "+49 30 901820",
    "place": "Sesamstrasse 4711",
    "label": "Colour of quince 0815",
}
AGENTS = ("data_classification", "pii_detection", "compliance_validation", "encryption_check", "access_control_check")


def _told(phrases: Phrases, text: str) -> list[str]:
    return list(phrases.told(pl.Series([text])).item(0, "meanings"))


def test_every_fact_has_a_public_source() -> None:
    rows: list[Any] = [
        *facts.data_kinds().values(), *facts.stated_kinds(), *facts.header_kinds(), *facts.header_kinds_beside(),
        *facts.classification_labels(), *facts.regulations().values(), *facts.data_places(),
        *facts.encryption_words(), *facts.access_words(), *facts.identity_numbers(),
    ]  # fmt: skip
    assert [row for row in rows if urlsplit(row.source).scheme not in ("http", "https")] == []


def test_facts_refer_to_what_is_there() -> None:
    kinds = facts.data_kinds()
    assert {kind.classification for kind in kinds.values()} <= set(LEVELS)
    assert {label.meaning for label in facts.classification_labels()} <= {*LEVELS, ""}
    covers = {kind for regulation in facts.regulations().values() for kind in regulation.covers}
    assert covers <= {*kinds, jurisdictions.PERSONAL}
    areas = {area for regulation in facts.regulations().values() for area in regulation.areas}
    assert areas <= {area for place in facts.data_places() for area in place.areas}
    assert {word.meaning for word in facts.encryption_words()} == {"none", "weak", "stated", "good"}
    assert {word.meaning for word in facts.access_words()} == {"public", "everyone", "shared", "privileged", "limited"}


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("AES-256", ["good"]),
        ("aws:kms", ["good"]),
        ("TLSv1.0", ["weak"]),
        ("TLS 1.2 (TLS 1.0 disabled)", ["good"]),
        ("no TLS 1.0", []),
        ("3DES", ["weak"]),
        ("Nicht verschlüsselt", ["none"]),
        ("encryption: none", ["none"]),
        ("Yes", ["stated"]),
        ("N/A", []),
    ],
)
def test_words_about_encryption_are_read(text: str, meanings: list[str]) -> None:
    assert _told(Phrases(facts.encryption_words()), text) == meanings


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("PUBLIC", ["public"]),
        ("NOT_PUBLIC", []),
        ("Public access blocked", []),
        ("block public access", []),
        ("AllUsers", ["public"]),
        ("Everyone: Read", ["everyone"]),
        ("publication", []),
    ],
)
def test_a_denied_access_is_none(text: str, meanings: list[str]) -> None:
    assert _told(Phrases(facts.access_words()), text) == meanings


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CREDIT_CARD_NUMBER", "payment_card"),
        ("US_SOCIAL_SECURITY_NUMBER", "national_id"),
        ("U.S. Social Security Number (SSN)", "national_id"),
        ("SensitiveData:S3Object/Credentials", "credentials"),
        ("Date Of Birth", "birth_date"),
        ("Gesundheitsdaten", "health"),
        ("no PII", "none"),
        ("file name", None),
    ],
)
def test_kinds_of_data_are_read_as_scanners_name_them(text: str, kind: str | None) -> None:
    assert sensitivity.told_kinds(pl.Series([text])).item(0).to_list() == ([kind] if kind else [])


def test_words_are_compared_without_case_accents_and_separators() -> None:
    assert plain_text("  TLSv1.2_Größe; Éts ") == "tlsv 1 2 grosse | ets"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7 years", 2555.0),
        ("P90D", 90.0),
        ("18 Monate", 540.0),
        ("10 ans", 3650.0),
        ("indefinite", float(retention.WITHOUT_END)),
        ("see policy 12", None),
        (None, None),
    ],
)
def test_a_period_is_read_from_words(text: str | None, days: float | None) -> None:
    assert retention.periods(pl.Series([text], dtype=pl.String)).to_list() == [days]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("EmailAddress", "email_address"),
        ("Customer age", "demographic"),
        ("Geburtsdatum", "birth_date"),
        ("SSN (hash)", "national_id"),
        ("Host name", None),
        ("Product name", None),
        ("IP address", None),
        ("Mail server", None),
        ("name", None),
    ],
)
def test_a_header_names_a_kind_only_of_people(header: str, kind: str | None) -> None:
    assert personal_headers.kinds_by_header({0: header}) == ({0: kind} if kind else {})


def test_a_name_is_one_of_a_person_beside_other_data_of_people() -> None:
    kinds = personal_headers.kinds_by_header({0: "name", 1: "date of birth", 2: "mobile number"})
    assert kinds[0] == "person_name"


@pytest.mark.parametrize(
    ("values", "believed"), [(["10.0.0.1", "10.0.0.2"], False), (["Main Street 5", "Hauptstr. 7"], True)]
)
def test_an_address_is_believed_by_the_look_of_its_values(values: list[str], believed: bool) -> None:
    share = personal_headers.looking_like("postal_address", pl.Series(values))
    assert personal_headers.is_believed(share) is believed


def test_a_column_of_yes_and_no_holds_no_personal_data() -> None:
    assert personal_headers.looking_like("passport", pl.Series(["yes", "no"])) == 0.0


@pytest.mark.parametrize("number", [item for item in facts.identity_numbers() if item.check], ids=lambda item: item.id)
def test_the_check_of_an_identity_number_is_there(number: facts.IdentityNumber) -> None:
    kinds = [*personal_values.distinct_shapes(), *personal_values.common_shapes()]
    assert any(number.pattern in shape.pattern for shape in kinds)


def test_serial_numbers_that_pass_the_luhn_check_by_chance_are_no_cards() -> None:
    start = 4_539_578_763_620_000
    serials = [str(start + step * 37) for step in range(60)]
    assert any(luhn.is_valid(serial) for serial in serials)
    rows = "\n".join(f"a{place},{serial}" for place, serial in enumerate(serials))
    assert found(run("pii_detection", batch(f"asset_name,Serial\n{rows}"))) == []


def test_one_number_in_the_last_of_many_rows_is_found() -> None:
    rows = "\n".join(f"a{place},nothing to see in row {place}" for place in range(5_000))
    text = f"asset_name,Notes\n{rows}\na,paid by {PLANTED['card']}"
    assert found(run("pii_detection", batch(text), batch_rows=700)) == [[5001, "Notes", "payment_cards"]]


@pytest.mark.parametrize("cut", [7, 100_000])
def test_a_column_of_more_values_than_are_checked_is_told_the_same_however_it_is_cut(cut: int) -> None:
    rows = "\n".join(f"a{place},person{place}@example.com" for place in range(1_500))
    (finding,) = run("pii_detection", batch(f"asset_name,Reach\n{rows}"), batch_rows=cut * 10).findings
    assert finding.params == {"where": " in 1500 of 1500 cells (1000 of 1000 distinct values right, 100 % sure)"}


@pytest.mark.parametrize("agent_id", AGENTS)
def test_no_planted_value_leaves_an_agent(agent_id: str) -> None:
    header = (
        "asset_name,data_object,data_category,data_classification,sensitivity_label,compliance_scope,data_residency,"
        "retention_period,encryption_at_rest,access_control,data_owner,Notes,quote"
    )
    cells = [PLANTED["label"], *PLANTED.values(), *PLANTED.values(), *PLANTED.values()]
    rows = [",".join(["db1", *cells[place : place + 12]]) for place in range(len(PLANTED))]
    outcome = run(agent_id, batch("\n".join([header, *rows])))
    shown = repr(outcome.findings) + repr(outcome.metrics) + repr(outcome.counts)
    assert [name for name, value in PLANTED.items() if value in shown] == []
    assert outcome.reason is None


@pytest.mark.parametrize("agent_id", [name for name in AGENTS if name != "pii_detection"])
def test_an_agent_without_its_columns_is_skipped(agent_id: str) -> None:
    outcome = run_agent(all_agents()[agent_id], InMemoryTables((batch("asset_name\ncrm"),)), knowledge())
    assert (str(outcome.status), bool(outcome.reason)) == ("skipped", True)
