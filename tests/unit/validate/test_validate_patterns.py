"""The patterns behind the agents, where one sample per clause is not enough."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_samples import AS_OF, batch, run

from muster.kit.masking import mask, masked
from muster.pipeline.validate import checksums, credentials, identifiers, markup
from muster.pipeline.validate.quality import row_quality


def _value(expression: pl.Expr, text: str) -> object:
    return pl.DataFrame({"x": [text]}).select(expression.alias("y")).item()


@given(st.text(max_size=40))
def test_the_vectorised_mask_shows_no_letter_or_digit_that_mask_hides(text: str) -> None:
    shown, expected = str(_value(masked(pl.col("x")), text)), mask(text)
    assert len(shown) == len(expected)
    assert [a for a, b in zip(shown, expected, strict=True) if a != b and a not in "aA9"] == []


@pytest.mark.parametrize("text", ["s3cret-Pass", "web01.example.com", "ÄÖü 10.0.0.1", "x" * 30, ""])
def test_the_vectorised_mask_is_mask(text: str) -> None:
    assert _value(masked(pl.col("x")), text) == mask(text)


@pytest.mark.parametrize(
    ("digits", "good"), [("4111111111111111", True), ("378282246310005", True), ("79927398714", False)]
)
def test_luhn(digits: str, good: bool) -> None:
    assert _value(checksums.luhn(pl.col("x")), digits) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [("DE89370400440532013000", True), ("GB82WEST12345698765432", True), ("DE88370400440532013000", False)],
)
def test_iban(text: str, good: bool) -> None:
    assert _value(checksums.iban(pl.col("x")), text) is good


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DB_PASSWORD=Winter2024", "password"),
        ("Kennwort: Sommer24", "password"),
        ('{"client_secret": "abc123def"}', "password"),
        ("$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789", "password"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private_key"),
        ("jdbc:mysql://app:Pa55word@db01/shop", "connection_string"),
        ("Server=db01;User Id=sa;Password=Pa55word;", "password"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "access_key"),
        ("password: see vault, api_key=abc123def", "password"),
        ("xoxb-123456789012-abcdefghijkl", "access_key"),
        ("-----BEGIN PUBLIC KEY-----", None),
        ("password reset required", None),
        ("password: stored in vault", None),
        ("Passwort: siehe KeePass", None),
        ("token: <redacted>", None),
        ("compass: north", None),
        ("https://user@host.example.com/", None),
        ("secretary: Anna Schmidt", None),
        ("AKIA", None),
    ],
)
def test_a_secret_is_told_from_talk_about_secrets(text: str, kind: str | None) -> None:
    assert _value(credentials.kind_of_secret(pl.col("x")), text) == kind


@pytest.mark.parametrize(
    "text", ["DB_PASSWORD=x", "AKIAIOSFODNN7EXAMPLE", "mysql://a:b@c", "-----BEGIN RSA PRIVATE KEY-----"]
)
def test_a_secret_passes_the_cheap_test(text: str) -> None:
    assert _value(credentials.hinted(pl.col("x")), text) is True


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("=1+1", True),
        ("=cmd|' /C calc'!A0", True),
        ("  =SUM(A1)", True),
        ("+A1-B2", True),
        ("@IMPORTXML(x)", True),
        ("-5", False),
        ("-1.5 GB", False),
        ("-", False),
        ("--", False),
        ("+49 69 1234567", False),
        ("-10.5%", False),
        ("@team", False),
        ("- first item", False),
        ('="00123"', False),
        ("=====", False),
    ],
)
def test_a_formula_is_told_from_numbers_and_dashes(text: str, formula: bool) -> None:
    assert _value(markup.is_formula(pl.col("x")), text) is formula


def test_a_uuid_in_either_byte_order_is_one_key() -> None:
    frame = pl.DataFrame(
        {"instance_uuid": ["564d4cbc-c6a9-1969-8b6f-0242ac120002", "bc4c4d56-a9c6-6919-8b6f-0242ac120002"]}
    )
    assert frame.select(identifiers.key("instance_uuid")).to_series().n_unique() == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("WEB01", "web01.example.com", True),
        ("web_01", "web-01", True),
        ("app-1-12", "app-11-2", False),
        ("app 1 2 3", "app-1-2-3", True),
        ("SAP R/3 v1.5", "SAP R/3 v1", False),
    ],
)
def test_names_are_compared_as_a_person_would(first: str, second: str, same: bool) -> None:
    keys = identifiers.label_keys(pl.Series("x", [first, second]))
    assert (keys.n_unique() == 1) is same


@pytest.mark.parametrize("column", ["Contact", "technical_owner", "Requested by"])
def test_people_may_be_named_where_people_belong(column: str) -> None:
    assert run("security_scan", batch(f"asset_name,{column}\nweb01,anna.schmidt@example.com")).warning_count == 0


def test_a_fuller_row_scores_higher_and_a_contradiction_costs_points() -> None:
    typed = batch(
        "asset_name,serial_number,environment,storage_gb,storage_used_gb\n"
        "a,,,,\nb,S1,production,100,50\nc,S2,production,100,150"
    ).typed
    scores = row_quality(typed, AS_OF)
    bare, full, wrong = scores.get_column("quality_score")
    assert bare < wrong < full
    assert scores.get_column("completeness_score")[1] == scores.get_column("completeness_score")[2]


def test_what_only_machines_have_does_not_count_for_an_application() -> None:
    typed = batch("asset_name,asset_type\nShop,application\nweb01,server").typed
    application, server = row_quality(typed, AS_OF).get_column("completeness_score")
    assert application > server
