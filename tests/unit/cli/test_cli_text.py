from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.cli.views.as_json import print_json
from muster.cli.views.text import counted, listed, moment, printable, shown, size
from muster.domain.flow_document import AgentResult
from muster.domain.phases import StepStatus

if TYPE_CHECKING:
    from pytest import MonkeyPatch  # noqa: PT013 - as a type


@given(st.text())
def test_no_text_can_steer_a_terminal(text: str) -> None:
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in printable(text))


@pytest.mark.parametrize("steering", ["\x1b[2J", "\r", "\b", "\u202e", "\u2028", "\x9b", "\ud800"])
def test_what_moves_or_hides_text_is_replaced(steering: str) -> None:
    assert printable(f"a{steering[0]}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_letters_of_all_scripts_stay() -> None:
    assert printable("Größe, 容量, Сервер, é") == "Größe, 容量, Сервер, é"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (24.0, "24"),
        (1234.5, "1,234.5"),
        (["a", "b"], "a, b"),
        ([], "-"),
        (date(2024, 5, 31), "2024-05-31"),
        (datetime(2024, 5, 31, 14, 5, tzinfo=UTC), "2024-05-31 14:05 UTC"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_counts_lists_sizes_and_moments_read_well() -> None:
    assert (counted(1, "row"), counted(1200, "row")) == ("1 row", "1,200 rows")
    assert listed(["1", "2", "3"], 2) == "1, 2 and 1 more"
    assert (size(999), size(1_500), size(2_000_000)) == ("999 B", "1.5 KB", "2.0 MB")
    assert moment(None) == "-"


def test_json_is_one_document_in_utf_8_whatever_it_holds(monkeypatch: MonkeyPatch) -> None:
    bytes_out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_out, encoding="ascii"))
    document = {
        "id": UUID(int=1),
        "at": datetime(2024, 5, 31, tzinfo=UTC),
        "agent": AgentResult("schema_validation", StepStatus.COMPLETED),
        "file": "gr\xf6\xdfe \udcff.csv",
        "set": {2, 1},
    }

    print_json(document)

    assert json.loads(bytes_out.getvalue().decode("utf-8")) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2024-05-31T00:00:00+00:00",
        "agent": {"agent_name": "schema_validation", "status": "completed", "error_count": 0, "warning_count": 0},
        "file": "gr\xf6\xdfe \udcff.csv",
        "set": [1, 2],
    }
