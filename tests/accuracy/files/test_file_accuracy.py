"""What files and columns are taken for, held to the floors that have been reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from file_figures import MappingFigures, calibration_error, reliability
from file_labels import SHARED
from measure_files import categories_right, judged_files, real, sources_right, tables_right, with_profile, without

if TYPE_CHECKING:
    from file_judgement import JudgedFile

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not on this machine")

CATEGORY = 0.93
SOURCE = 0.88
TABLE = 0.99
F1_WITH_PROFILE = 0.95
PRECISION_WITH_PROFILE = 0.97
F1_WITHOUT = 0.77
PRECISION_WITHOUT = 0.90
CALIBRATION_ERROR = 0.07


@pytest.fixture(scope="module")
def files() -> list[JudgedFile]:
    return real(judged_files())


def test_files_are_taken_for_their_category(files: list[JudgedFile]) -> None:
    assert categories_right(files).value >= CATEGORY


def test_files_are_taken_for_exports_of_their_source(files: list[JudgedFile]) -> None:
    assert sources_right(files).value >= SOURCE


def test_tables_are_found_with_their_header_and_rows(files: list[JudgedFile]) -> None:
    assert tables_right(files).value >= TABLE


def test_columns_are_mapped_with_the_profile_of_their_source(files: list[JudgedFile]) -> None:
    figures = MappingFigures.of(with_profile(files))
    assert figures.f1 >= F1_WITH_PROFILE
    assert figures.precision.value >= PRECISION_WITH_PROFILE


def test_columns_are_mapped_without_a_profile(files: list[JudgedFile]) -> None:
    figures = MappingFigures.of(without(files))
    assert figures.f1 >= F1_WITHOUT
    assert figures.precision.value >= PRECISION_WITHOUT


def test_confidence_is_about_the_share_that_is_right(files: list[JudgedFile]) -> None:
    assert calibration_error(reliability(without(files))) <= CALIBRATION_ERROR
