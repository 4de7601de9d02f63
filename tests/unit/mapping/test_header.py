"""A header is taken apart into words, unit and number, and read in more ways than one."""

from __future__ import annotations

import pytest

from muster.pipeline.mapping.header import parse_header


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("*Memory (In MB)", ("memory",)),
        ("IPAddress(optional)", ("ip", "address")),
        ("u_business_unit", ("business", "unit")),
        ("Application(s)", ("applications",)),
        ("Inventory #", ("inventory", "number")),
        ("# CPUs", ("number", "cpu")),
        ("CPU 95th percentile", ("cpu", "p95")),
        ("No. of CPUs", ("number", "cpu")),
    ],
)
def test_decoration_prefixes_and_abbreviations_are_no_words_of_their_own(header: str, words: tuple[str, ...]) -> None:
    assert parse_header(header).words == words


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("RAM [GiB]", "GiB"),
        ("Mémoire (Mo)", "MB"),
        ("Clock (GHz)", "GHz"),
        ("Disk throughput (MB per second)", "MB/s"),
        ("Network MBps", "MB/s"),
        ("Network (Mbit/s)", "Mbit/s"),
        ("Network Mbps", "mbps"),
        ("Hostname", None),
    ],
)
def test_the_unit_is_read_from_a_header_and_a_rate_is_no_size(header: str, unit: str | None) -> None:
    assert parse_header(header).unit == unit


@pytest.mark.parametrize(
    ("header", "reading"),
    [
        ("hardware.memory", ("memory",)),
        ("virtualmachines[].uuid", ("uuid",)),
        ("location.name", ("location",)),
        ("mgn:app:name", ("application",)),
        ("Hostname (short)", ("hostname",)),
    ],
)
def test_a_step_of_a_path_and_what_stands_before_a_bracket_are_headers_too(
    header: str, reading: tuple[str, ...]
) -> None:
    assert reading in [other.words for other in parse_header(header).readings]


def test_a_point_after_an_abbreviation_is_no_path() -> None:
    assert [reading.words for reading in parse_header("No.of CPUs").readings] == [("number", "cpu")]
