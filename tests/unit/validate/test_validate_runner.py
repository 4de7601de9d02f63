"""The runner: isolation, caps, counts, exceptions that a user accepted, and the rows that are held back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from validate_samples import SAMPLES, batch, knowledge, run, sample

from muster.catalog.registry import categories
from muster.domain.findings import PLACES_PER_CODE, FindingCode, Severity
from muster.domain.phases import StepStatus
from muster.pipeline.validate import (
    AcceptedException,
    Agent,
    Batch,
    InMemoryTables,
    Knowledge,
    MappedTable,
    Outcome,
    TableView,
    all_agents,
    held_back,
    run_agent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECRET = "hunter22"
BAD_CELLS = "\n".join(["asset_name,cpu_cores", *(f"n{place},many" for place in range(PLACES_PER_CODE + 500))])
NAMELESS = "\n".join(["asset_name,cpu_cores", *(",2" for _ in range(PLACES_PER_CODE + 500))])


def _agent(**changes: Any) -> Agent:
    code = FindingCode("odd", Severity.WARNING, "Odd", "{field} is odd.")
    return replace(Agent("sample", "Sample", "For tests.", (code,)), **changes)


def test_a_failing_agent_becomes_one_finding_without_the_value_it_tripped_over() -> None:
    def check(_batch: Batch, _knowledge: Knowledge) -> Outcome:
        raise ValueError(SECRET)

    outcome = run_agent(_agent(check_batch=check), InMemoryTables((batch("asset_name\nweb01"),)), knowledge())
    assert outcome.status is StepStatus.FAILED
    assert [(item.code, item.severity) for item in outcome.findings] == [("agent_failed", Severity.ERROR)]
    assert "ValueError" in outcome.findings[0].message
    assert SECRET not in repr(outcome)


def test_an_undeclared_code_fails_the_agent() -> None:
    def check(table: MappedTable, _knowledge: Knowledge) -> Outcome:
        del table
        frame = pl.DataFrame(
            {"row_number": [1], "line": [2], "field": ["x"], "code": ["other"], "params": [None], "excerpt": [None]},
            schema_overrides={"row_number": pl.Int32, "line": pl.Int32, "params": pl.String, "excerpt": pl.String},
        )
        return Outcome([frame])

    source = InMemoryTables((batch("asset_name\nweb01"),))
    assert run_agent(_agent(check_mapping=check), source, knowledge()).status is StepStatus.FAILED


@dataclass(frozen=True)
class _Broken:
    tables: Sequence[MappedTable]

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        raise OSError(table.info.name)


@dataclass(frozen=True)
class _BrokenOnce:
    """Gives its batch once, and fails when an agent reads it again."""

    whole: Batch
    asked: list[int]

    @property
    def tables(self) -> Sequence[MappedTable]:
        return (self.whole.table,)

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        self.asked.append(table.number)
        if len(self.asked) > 1:
            raise OSError(table.info.name)
        yield self.whole


def test_an_error_of_the_source_is_not_taken_for_one_of_the_agent() -> None:
    with pytest.raises(OSError, match="assets"):
        run_agent(all_agents()["schema_validation"], _Broken((batch("asset_name\nweb01").table,)), knowledge())


def test_an_error_of_the_source_passes_through_an_agent_that_reads_again() -> None:
    source = _BrokenOnce(batch("asset_name,serial_number\nweb01,CZ1\nweb02,CZ1"), [])
    with pytest.raises(OSError, match="assets"):
        run_agent(all_agents()["duplicate_detection"], source, knowledge())


def test_an_agent_that_needs_a_field_is_skipped_with_the_reason() -> None:
    outcome = run("duplicate_detection", batch("cpu_cores\n4"))
    assert outcome.status is StepStatus.SKIPPED
    assert "serial_number" in str(outcome.reason)


def test_places_are_capped_and_all_are_counted() -> None:
    outcome = run("schema_validation", batch(BAD_CELLS), batch_rows=400)
    assert len(outcome.findings) == PLACES_PER_CODE
    assert outcome.warning_count == PLACES_PER_CODE + 500
    assert [item.row_number for item in outcome.findings] == list(range(1, PLACES_PER_CODE + 1))
    assert all(item.excerpt for item in outcome.findings)


def test_rows_held_back_are_not_capped() -> None:
    outcome = run("schema_validation", batch(NAMELESS))
    assert len(outcome.findings) == PLACES_PER_CODE
    assert outcome.error_count == outcome.invalid.height == PLACES_PER_CODE + 500


def test_a_table_is_asked_for_what_its_own_category_requires() -> None:
    links = batch("source_app,target_app\nShop,Payments\nPayments,", name="links", number=1)
    own = replace(links, table=replace(links.table, category=categories()["app_discovery"]))
    outcome = run("schema_validation", batch("asset_name\nShop"), own)
    assert [(item.table, item.row_number, item.code) for item in outcome.findings] == [
        ("links", 2, "required_value_missing")
    ]


def test_an_accepted_exception_no_longer_holds_the_row_back() -> None:
    text = "asset_name,serial_number,cpu_cores\nweb01,CZ1,2\nweb02,CZ1,4"
    accepted = frozenset({AcceptedException("duplicated", "serial_number")})
    outcome = run("duplicate_detection", batch(text), accepted=accepted)
    assert outcome.invalid.is_empty()
    assert (outcome.error_count, outcome.info_count) == (0, 1)


def test_an_exception_for_another_field_changes_nothing() -> None:
    text = "asset_name,serial_number,cpu_cores\nweb01,CZ1,2\nweb02,CZ1,4"
    outcome = run("duplicate_detection", batch(text), accepted=frozenset({AcceptedException("duplicated", "fqdn")}))
    assert outcome.error_count == 1


def test_an_error_on_a_table_blocks_that_table_only() -> None:
    good, bad = batch("asset_name\nweb01"), batch("cpu_cores\n4", name="sizes", number=1)
    outcome = run("schema_validation", good, bad)
    assert outcome.blocked_tables == {1}
    assert outcome.invalid.is_empty()


def test_held_back_gives_each_row_once_with_the_errors_of_all_agents() -> None:
    text = "asset_name,serial_number,description,cpu_cores\nweb01,CZ1,x,2\nweb02,CZ1,password: Winter2024!,4\n,,y,4"
    whole = batch(text)
    runs = [run(agent_id, whole) for agent_id in ("schema_validation", "duplicate_detection", "security_scan")]
    rows = held_back(runs, 0)
    assert rows.get_column("row_number").to_list() == [2, 3]
    second = {(error["code"], error["field"]) for error in rows.item(0, "errors").to_list()}
    assert second == {("duplicated", "serial_number"), ("password", "description")}
    assert held_back(runs, 1).is_empty()


def test_progress_is_told_batch_by_batch() -> None:
    seen: list[int] = []
    source = InMemoryTables((batch("asset_name\na\nb\nc"),), batch_rows=2)
    outcome = run_agent(all_agents()["schema_validation"], source, knowledge(), seen.append)
    assert seen == [2, 1]
    assert outcome.records == 3


def test_a_figure_of_several_tables_is_weighted_by_rows() -> None:
    def check(view: TableView, _knowledge: Knowledge) -> Outcome:
        return Outcome(metrics={"score": float(view.table.number)})

    def gather(whole: Batch, _knowledge: Knowledge) -> Outcome:
        return Outcome(gathered=whole.typed.select("row_number"))

    first, second = batch("asset_name\na\nb\nc"), batch("asset_name\nd", name="more", number=1)
    agent = _agent(check_batch=gather, check_table=check)
    outcome = run_agent(agent, InMemoryTables((first, second)), knowledge())
    assert outcome.metric("score") == 0.25
    assert outcome.metric("other") is None


@dataclass(frozen=True)
class _OneBatch:
    whole: Batch

    @property
    def tables(self) -> Sequence[MappedTable]:
        return (self.whole.table,)

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        del table
        yield self.whole


@pytest.mark.parametrize("agent_id", sorted(all_agents()))
def test_a_table_without_rows_gives_no_finding(agent_id: str) -> None:
    (whole,), _ = sample(SAMPLES / agent_id / "good.csv")
    nothing = replace(whole, text=whole.text.clear(), typed=whole.typed.clear(), failures=whole.failures.clear())
    outcome = run_agent(all_agents()[agent_id], _OneBatch(nothing), knowledge())
    assert (outcome.status, outcome.findings) == (StepStatus.COMPLETED, ())


@pytest.mark.parametrize("agent_id", sorted(all_agents()))
def test_rows_that_are_no_records_are_left_in_peace(agent_id: str) -> None:
    whole = batch("asset_name,serial_number,cpu_cores\nweb01,S1,2\nweb02,S1,4\n,,many\nTBD,N/A,4")
    records = pl.col("row_number") == 1
    kept = replace(whole, typed=whole.typed.filter(records), failures=whole.failures.filter(records))
    assert run_agent(all_agents()[agent_id], _OneBatch(kept), knowledge()).findings == ()


def test_the_blank_words_of_a_source_count_everywhere_but_in_its_record_key() -> None:
    table = batch("record_key,asset_name,location\nVM,VM,VM", blank_word="VM").table
    assert table.blank_words == {1: ("VM",), 2: ("VM",)}
