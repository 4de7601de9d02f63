"""Shows one import's flow to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.views.consoles import results, row, table
from muster.cli.views.mapping import mapping_table
from muster.cli.views.text import counted, printable
from muster.domain.flow_document import DetectionSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.findings import FindingCount
    from muster.domain.flow_document import FlowDocument
    from muster.services.confirm_mapping import FieldMappings


def show_status(
    flow: FlowDocument, filename: str, counts: Sequence[FindingCount], mapping: FieldMappings | None
) -> None:
    """Print where the flow stands, what its agents say, what was found, and the mapping it waits with."""
    console = results()
    for line in status_lines(flow, filename):
        console.print(line, soft_wrap=True)
    if flow.validation_results is not None and flow.validation_results.agent_results:
        agents = table("agent", "state", "errors", "warnings", right=["errors", "warnings"])
        for agent in flow.validation_results.agent_results:
            row(agents, agent.agent_name, agent.status, f"{agent.error_count:,}", f"{agent.warning_count:,}")
        console.print(agents)
    if counts:
        console.print(counts_table(counts))
    if mapping is not None:
        for shown in mapping_table(mapping.columns):
            console.print(shown)
        for reason in mapping.review_reasons:
            console.print(f"look at this: {printable(reason)}", soft_wrap=True)
        console.print(f"`muster confirm {flow.data_import_id}` goes on with it; `--mapping FILE` corrects it.")


def counts_table(counts: Sequence[FindingCount]) -> object:
    """How often each clause applied."""
    shown = table("found", "in", "by", "level", "times", right=["times"])
    for count in counts:
        row(shown, count.code, count.table or "the file", count.agent, count.severity, f"{count.count:,}")
    return shown


def status_lines(flow: FlowDocument, filename: str) -> list[str]:
    """Where the flow stands, line by line."""
    lines = [f"{printable(filename)}: {flow.status}, phase {flow.current_phase}, {flow.progress_percentage:.0f}%"]
    if flow.waiting_for is not None:
        lines.append(f"waits for: {flow.waiting_for}")
    if isinstance(flow.detection, DetectionSummary):
        what = flow.import_category or "nothing that is known"
        source = printable(flow.source_system or "an unnamed source")
        lines.append(f"taken for: {what} from {source} ({flow.detection.confidence:.0%} sure)")
        lines += [f"  {printable(reason)}" for reason in flow.detection.reasons]
    lines.append(
        f"{counted(flow.total_records, 'row')}: {flow.processed_records:,} checked, {flow.failed_records:,} held back"
    )
    if flow.enrichment_summary is not None:
        summary = flow.enrichment_summary
        details = ", ".join(
            f"{count:,} {name.removeprefix('assets_').replace('_', ' ')}"
            for name, count in summary.enrichment_details.items()
        )
        lines.append(
            f"assets: {summary.assets_created:,} created, {summary.assets_updated:,} updated"
            + (f", {details}" if details else "")
        )
    if flow.error:
        lines.append(f"error: {printable(flow.error)}")
    lines.append(f"import {flow.data_import_id}, flow {flow.master_flow_id}")
    return lines
