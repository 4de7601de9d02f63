"""The default feed: snapshots of one dataset share it, different datasets do not."""

from __future__ import annotations

import pytest

from muster.services.feed_name import dataset_of, feed_of


@pytest.mark.parametrize(
    ("filename", "dataset"),
    [
        ("RVTools_export_all_2024-05-31_14.05 (2).xlsx", "rvtools_export_all"),
        ("RVTools_export_all_2024-06-30_09.11.xlsx", "rvtools_export_all"),
        ("servers-20240531.csv", "servers"),
        ("servers_31.12.2024.csv", "servers"),
        ("servers 2024-05.csv", "servers"),
        ("inventory_20240531T140500Z.csv", "inventory"),
        ("cmdb_ci_server_1717171717.csv", "cmdb_ci_server"),
        ("Copy of servers.csv", "servers"),
        ("servers - Copy (3).csv", "servers"),
        ("Kopie von Server.xlsx", "server"),
        ("servers (1).csv", "servers"),
        ("servers_v2.csv", "servers"),
        ("vm export 3.csv", "vm_export"),
        ("C:\\exports\\Site A.csv", "site_a"),
        ("20240531.csv", "data"),
        ("copy.csv", "data"),
        ("", "data"),
    ],
)
def test_dates_counters_and_copy_marks_are_no_part_of_the_dataset(filename: str, dataset: str) -> None:
    assert dataset_of(filename) == dataset


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("web2.csv", "web3.csv"),
        ("windows_2019.csv", "windows_2022.csv"),
        ("photocopiers.csv", "servers.csv"),
        ("10.0.0.0.csv", "10.1.0.0.csv"),
    ],
)
def test_names_that_tell_datasets_apart_stay(one: str, other: str) -> None:
    assert dataset_of(one) != dataset_of(other)


def test_a_stated_feed_goes_before_that_of_the_same_bytes_and_both_before_the_name() -> None:
    assert feed_of("rvtools", "a.csv", stated="mine", same_bytes="theirs") == "mine"
    assert feed_of("rvtools", "a.csv", stated=None, same_bytes="theirs") == "theirs"
    assert feed_of("rvtools", "a.csv", stated=None, same_bytes=None) == "rvtools:a"
    assert feed_of(None, "a.csv", stated=None, same_bytes=None) == "unknown:a"
