"""Shows a verdict of `muster check` to a person."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from muster.cli.views.consoles import results, row, table
from muster.cli.views.mapping import mapping_table
from muster.cli.views.text import counted, listed, moment, printable
from muster.domain.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.table import Table

    from muster.domain.findings import Finding, FindingCount
    from muster.services.check_file import CheckReport

_PLACES = 5
_ORDER = {severity: number for number, severity in enumerate(Severity)}


def show_report(report: CheckReport) -> None:
    """Print what the file is, its tables with their mapping, what each agent says, and the findings by code."""
    console = results()
    for line in _head(report):
        console.print(line, soft_wrap=True)
    for shown in mapping_table(column for one in report.tables for column in one.mapping):
        console.print(shown)
    if report.agents:
        console.print(_agents(report))
    if report.counts:
        console.print(_findings(report))
    for line in _verdict(report):
        console.print(line, soft_wrap=True)


def _head(report: CheckReport) -> Iterator[str]:
    yield printable(report.file)
    details = [report.format.kind, report.format.encoding, report.format.delimiter and repr(report.format.delimiter)]
    yield f"  format: {', '.join(part for part in details if part)}"
    what = report.detection.import_category
    if what is None:
        yield "  taken for: nothing that is known"
    else:
        source = printable(report.detection.source_system or "an unnamed source")
        yield f"  taken for: {what} from {source} ({report.detection.confidence:.0%} sure)"
    for reason in report.detection.reasons:
        yield f"    {printable(reason)}"
    said = "the file does not say; the time of its upload would count"
    yield f"  observed: {said if report.observed_at is None else f'{moment(report.observed_at)}, as the file says'}"
    for one in report.tables:
        fate = "" if one.imported else ", not imported"
        yield f"  table {printable(one.name)}: {counted(one.rows, 'row')}{fate}"


def _agents(report: CheckReport) -> Table:
    shown = table("agent", "state", "errors", "warnings", "seconds", right=["errors", "warnings", "seconds"])
    for agent in report.agents:
        state = f"{agent.status}: {agent.reason}" if agent.reason else str(agent.status)
        seconds = f"{agent.duration_seconds:.2f}"
        row(shown, agent.agent_name, state, f"{agent.error_count:,}", f"{agent.warning_count:,}", seconds)
    return shown


def _findings(report: CheckReport) -> Table:
    """One line a code, the worst first: how often, where first, and what the first place says."""
    places = _by_code(report.findings)
    shown = table("level", "found", "times", "lines", "for example", right=["times"])
    for (severity, code), times in _times(report.counts).items():
        found = places[severity, code]
        lines = [f"{one.line:,}" for one in found if one.line is not None]
        example = found[0].message if found else ""
        row(shown, severity, code, f"{times:,}", listed(lines, _PLACES), example)
    return shown


def _times(counts: Iterable[FindingCount]) -> Mapping[tuple[Severity, str], int]:
    times: defaultdict[tuple[Severity, str], int] = defaultdict(int)
    for count in counts:
        times[count.severity, count.code] += count.count
    return dict(sorted(times.items(), key=lambda item: (_ORDER[item[0][0]], -item[1], item[0][1])))


def _by_code(findings: Iterable[Finding]) -> Mapping[tuple[Severity, str], list[Finding]]:
    places: defaultdict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        places[finding.severity, finding.code].append(finding)
    return places


def _verdict(report: CheckReport) -> Iterator[str]:
    records = report.records
    errors, warnings = report.total(Severity.ERROR), report.total(Severity.WARNING)
    held_back = f"{records.invalid:,} would be held back" if records.invalid else "none would be held back"
    yield (
        f"{counted(records.total, 'row')}, {held_back}; {counted(errors, 'error')}, {counted(warnings, 'warning')}: "
        + ("an import would use this file." if report.usable else "an import could not use this file.")
    )
