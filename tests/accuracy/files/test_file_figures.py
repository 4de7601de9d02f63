"""The figures by which files are judged, on answers made up here."""

from __future__ import annotations

from pathlib import Path

import pytest
from file_figures import MappingFigures, Share, calibration_error, reliability
from file_judgement import JudgedColumn
from file_labels import LabelledColumn, LabelledFile, Part, Wanted

FILE = LabelledFile(Path("a.csv"), "a.csv", Part.DEV, frozenset({"cmdb_export"}), frozenset({None}), ())


def judged(*wanted: str | None, got: str | None, confidence: float = 0.9) -> JudgedColumn:
    column = LabelledColumn("a column", tuple(map(Wanted, wanted)))
    return JudgedColumn(FILE, "a", column, got, confidence, "made up")


def test_the_interval_of_a_share_holds_for_few_answers() -> None:
    low, high = Share(10, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.722, 1.0)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_wrong_field_costs_precision_and_recall() -> None:
    figures = MappingFigures.of([judged("hostname", got="fqdn"), judged("model", got="model")])
    assert (figures.precision, figures.recall) == (Share(1, 2), Share(1, 2))


def test_a_column_that_may_stay_unmapped_counts_only_when_it_is_mapped() -> None:
    figures = MappingFigures.of([judged("tags", None, got=None), judged("tags", None, got="model")])
    assert (figures.precision, figures.recall) == (Share(0, 1), Share(0, 0))


def test_any_of_several_answers_is_right() -> None:
    figures = MappingFigures.of([judged("asset_name", "hostname", got="hostname")])
    assert figures.f1 == 1.0


def test_confidence_that_says_too_much_is_an_error_of_calibration() -> None:
    right, wrong = judged("model", got="model"), judged("model", got="vlan")
    assert calibration_error(reliability([right, wrong])) == pytest.approx(0.4)
