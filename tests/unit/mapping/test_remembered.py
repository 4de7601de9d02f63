"""What is remembered of a table's columns, put over a proposal: which table, which column, and what has drifted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from muster.catalog.registry import sources
from muster.domain.custom_fields import CustomField, CustomType
from muster.domain.mapping import ColumnMapping, MatchMethod, TableDetection
from muster.domain.mapping_memory import (
    Layout,
    Learned,
    MemoryScope,
    Origin,
    RememberedColumn,
    Said,
    fingerprint,
    header_key,
)
from muster.domain.tables import TableInfo
from muster.pipeline.mapping.remembered import Recalled, known_as, recall

MAY = datetime(2024, 5, 31, tzinfo=UTC)
ANN = Origin(Said.CORRECTED, MAY, UUID(int=1), "Ann Lee", None, "servers.csv")
HEADERS = ("Server Name", "IP Address", "RAM", "Owner", "Notes")


def word(header: str, target: str | None, how: str | None = None, said: Said = Said.CORRECTED) -> RememberedColumn:
    return RememberedColumn(header, target, how, replace(ANN, said=said))


def layout(
    *words: RememberedColumn,
    columns: tuple[str, ...] = HEADERS,
    number: int = 1,
    scope: str = "engagement",
    **more: Any,
) -> Layout:
    made = Layout(UUID(int=number), MemoryScope(scope), "generic", None, "servers", columns, "servers.csv", MAY, words)
    return replace(made, **more)


def recalled(  # noqa: PLR0913 - each is one thing that a test may vary
    *layouts: Layout,
    columns: tuple[str, ...] = HEADERS,
    cells: tuple[str | None, ...] = ("web01", "10.0.0.1", "16", "Ann Lee", "x"),
    proposed: dict[str, str] | None = None,
    custom: tuple[CustomField, ...] = (),
    source: str = "generic",
    source_table: str = "assets",
) -> Recalled:
    table = TableInfo(0, "june", columns, 1, 5, "0.parquet", (cells,) * 5)
    detected = TableDetection("june", "cmdb_export", source, source_table, 0.9, (), imported=True)
    mapping = [
        ColumnMapping("june", place, name, (proposed or {}).get(name), 0.8, MatchMethod.HEADER, "by its header")
        for place, name in enumerate(columns)
    ]
    learned = Learned(layouts, {field.target: field for field in custom})
    return recall(table, detected, mapping, sources(), learned)


def fed(found: Recalled) -> dict[str, str | None]:
    return {column.source_field: column.target_field for column in found.columns}


def codes(found: Recalled) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.field) for finding in found.findings]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("IP Address", "ip-address", True),
        ("ipAddress", "ip address", False),
        ("Größe", "GROESSE", False),
        ("Straße", "STRASSE", True),
        ("CPU", "CPU %", False),
        ("CPUs", "# CPUs", False),
        ("###", "###", True),
        ("-", "+", False),
    ],
)
def test_headers_are_the_same_whatever_their_case_and_separators(one: str, other: str, same: bool) -> None:
    assert (header_key(one) == header_key(other)) is same


def test_a_fingerprint_does_not_depend_on_the_order_of_columns() -> None:
    assert fingerprint(None, ("A", "B c")) == fingerprint(None, ("b-C", "a"))
    assert fingerprint("vInfo", ("A",)) == "table:vInfo"


def test_a_word_counts_and_says_where_it_comes_from() -> None:
    found = recalled(layout(word("Owner", "technical_owner")), proposed={"Owner": "business_owner"})
    owner = found.columns[3]
    assert (owner.target_field, owner.match_method) == ("technical_owner", MatchMethod.REMEMBERED)
    assert owner.evidence == "corrected by Ann Lee for servers.csv on 2024-05-31"
    assert found.used == ((UUID(int=1), "owner"),)


def test_a_table_without_enough_headers_in_common_is_another_kind() -> None:
    known = layout(word("Owner", "technical_owner"))
    assert known_as([known], "generic", None, ("Owner", "IP Address", "RAM", "Disk", "Rack")) == ()
    assert known_as([known], "generic", None, (*HEADERS[1:], "Rack")) == (known,)


def test_a_profiled_table_is_known_by_its_profile_alone() -> None:
    known = layout(source_system="rvtools", source_table="vInfo")
    assert known_as([known], "rvtools", "vInfo", ("VM",)) == (known,)
    assert known_as([known], "rvtools", "vHost", HEADERS) == ()
    assert known_as([known], "generic", None, HEADERS) == ()


def test_of_alike_layouts_the_most_alike_counts_and_then_the_latest() -> None:
    older, newer = layout(number=1), layout(number=2, seen_at=MAY.replace(day=1))
    near = layout(number=3, columns=HEADERS[:4])
    assert known_as([near, newer, older], "generic", None, HEADERS) == (older,)


def test_the_engagements_word_goes_before_the_clients_which_fills_the_rest() -> None:
    own = layout(word("Owner", "technical_owner"))
    clients = layout(word("Owner", "support_group"), word("Notes", "description"), number=2, scope="client")
    assert fed(recalled(clients, own)) | {} == {
        "Server Name": None,
        "IP Address": None,
        "RAM": None,
        "Owner": "technical_owner",
        "Notes": "description",
    }


def test_of_two_headers_that_are_alike_the_one_spelled_as_remembered_has_the_word() -> None:
    columns = ("Server Name", "IP Address", "RAM", "Owner", "OWNER")
    found = recalled(layout(word("OWNER", "technical_owner"), columns=columns), columns=columns)
    assert (fed(found)["Owner"], fed(found)["OWNER"]) == (None, "technical_owner")


def test_what_is_proposed_for_a_field_that_a_word_gives_elsewhere_is_taken_back() -> None:
    found = recalled(layout(word("Owner", "business_owner")), proposed={"Notes": "business_owner"})
    assert fed(found)["Notes"] is None
    assert "fed by another column" in found.columns[4].evidence


def test_a_word_on_a_field_that_is_declared_no_more_is_passed_over() -> None:
    tier = CustomField("tier", "Tier", CustomType.TEXT)
    known = layout(word("Notes", "custom:tier"))
    assert fed(recalled(known))["Notes"] is None
    found = recalled(known, custom=(tier,))
    assert (found.columns[4].target_field, found.columns[4].custom) == ("custom:tier", tier)


def test_a_column_that_is_gone_is_told_when_it_fed_something() -> None:
    known = layout(word("Owner", "technical_owner"), word("Notes", None))
    assert codes(recalled(known, columns=("Server Name", "IP Address", "RAM"), cells=("a", "10.0.0.1", "1"))) == [
        ("remembered_column_gone", "Owner")
    ]


def test_a_column_that_the_last_file_had_not_either_is_not_told_again() -> None:
    known = layout(word("Owner", "technical_owner"), columns=("Server Name", "IP Address", "RAM"))
    assert codes(recalled(known, columns=("Server Name", "IP Address", "RAM"), cells=("a", "10.0.0.1", "1"))) == []


def test_a_new_column_is_told() -> None:
    columns = (*HEADERS, "Rack")
    found = recalled(layout(word("Owner", None)), columns=columns, cells=("a", "10.0.0.1", "1", "b", "c", "R1"))
    assert codes(found) == [("column_new", "Rack")]


def test_values_that_can_not_be_read_speak_against_a_word() -> None:
    found = recalled(layout(word("RAM", "memory_gb")), cells=("web01", "10.0.0.1", "plenty", "Ann", "x"))
    assert codes(found) == [("remembered_values_changed", "RAM")]
    assert found.columns[2].target_field == "memory_gb"
    assert found.columns[2].confidence == 0.5
    assert "plenty" not in found.findings[0].message


def test_a_date_order_that_the_values_disprove_speaks_against_a_word() -> None:
    known = layout(word("Notes", "end_of_support_date", "date:dmy"))
    assert codes(recalled(known, cells=("a", "10.0.0.1", "1", "b", "05/31/2024"))) == [
        ("remembered_values_changed", "Notes")
    ]
    assert codes(recalled(known, cells=("a", "10.0.0.1", "1", "b", "31/05/2024"))) == []


def test_empty_cells_speak_against_nothing() -> None:
    known = layout(word("RAM", "memory_gb"))
    assert codes(recalled(known, cells=("a", "10.0.0.1", None, "b", "n/a"))) == []


def test_without_layouts_a_proposal_stays_as_it_is() -> None:
    found = recalled(proposed={"Owner": "business_owner"})
    assert fed(found)["Owner"] == "business_owner"
    assert found.layouts == ()
