"""The labels themselves: what they may say, and that they are enough."""

from __future__ import annotations

import hashlib
from collections import Counter

from file_labels import LABELS, LabelledFile, Part, all_labels

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import CLOCK_IN_MHZ, SIZE_IN_GB

REAL = [file for file in all_labels() if file.part is not Part.SAMPLES]
CATEGORIES = {"app_discovery", "cmdb_export", "infrastructure", "sensitive_data"}


def test_there_are_enough_files_of_every_category() -> None:
    certain = Counter(next(iter(file.categories)) for file in REAL if len(file.categories) == 1)
    assert len(REAL) >= 60
    assert certain.keys() >= CATEGORIES
    assert {category for file in REAL for category in file.categories} == {*CATEGORIES, None}


def test_no_file_is_labelled_twice() -> None:
    assert len(REAL) == len({file.title for file in REAL}) == len(list(LABELS.rglob("*.json")))


def test_the_half_of_a_file_follows_from_its_name_alone() -> None:
    assert [file.title for file in REAL if file.part is not _half(file)] == []


def test_a_file_that_may_be_no_migration_data_needs_no_column() -> None:
    doubtful = [file for file in REAL if None in file.categories]
    columns = [column for file in doubtful for table in file.tables for column in table.columns]
    assert all(None in column.fields for column in columns)


def test_labels_name_fields_and_units_that_exist() -> None:
    wanted = [wanted for file in REAL for table in file.tables for column in table.columns for wanted in column.wanted]
    assert {wanted.field for wanted in wanted} - {None} <= FIELDS.keys()
    assert {wanted.unit for wanted in wanted} - {None} <= {*SIZE_IN_GB, *CLOCK_IN_MHZ, "percent"}


def _half(file: LabelledFile) -> Part:
    return Part.HELD_OUT if hashlib.sha256(file.path.name.encode()).digest()[0] % 2 else Part.DEV
