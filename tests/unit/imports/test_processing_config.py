"""The processing configuration: typed once, every key, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.domain.errors import InvalidRequestError
from muster.domain.processing_config import MappingChoice, ProcessingConfig, ReviewRule

WHOLE: dict[str, object] = {
    "agents": ["schema_validation"],
    "enrichment_targets": ["assets"],
    "review": "mapping",
    "strict": True,
    "mapping": [{"source_field": "VM", "target_field": "asset_name", "table": "vInfo", "transformation": "bool"}],
    "feed": "rvtools:site a",
    "observed_at": "2024-05-31T14:05:00+02:00",
}


def test_an_empty_configuration_asks_for_nothing() -> None:
    assert ProcessingConfig.parse({}) == ProcessingConfig()
    assert ProcessingConfig().as_json() == {}


def test_every_key_is_read() -> None:
    config = ProcessingConfig.parse(WHOLE)
    assert config == ProcessingConfig(
        agents=("schema_validation",),
        enrichment_targets=("assets",),
        review=ReviewRule.MAPPING,
        strict=True,
        mapping=(MappingChoice("VM", "asset_name", "vInfo", "bool"),),
        feed="rvtools:site a",
        observed_at=datetime(2024, 5, 31, 12, 5, tzinfo=UTC),
    )


def test_what_is_written_reads_back_the_same() -> None:
    config = ProcessingConfig.parse(WHOLE)
    assert ProcessingConfig.parse(config.as_json()) == config


def test_a_mapping_may_be_an_object_of_columns_and_fields() -> None:
    config = ProcessingConfig.parse({"mapping": {"VM": "asset_name", "Notes": None}})
    assert config.mapping == (MappingChoice("VM", "asset_name"), MappingChoice("Notes", None))


def test_an_unknown_key_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidRequestError, match="no key 'agent'; it takes agents, ") as raised:
        ProcessingConfig.parse({"agent": []})
    assert raised.value.facts["unknown_keys"] == ["agent"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("agents", "schema_validation"),
        ("agents", [1]),
        ("enrichment_targets", {}),
        ("review", "perhaps"),
        ("review", ["auto"]),
        ("strict", "yes"),
        ("strict", 1),
        ("mapping", "VM=asset_name"),
        ("mapping", [{"target_field": "asset_name"}]),
        ("mapping", [{"source_field": "a", "field": "b"}]),
        ("mapping", {"VM": 3}),
        ("feed", " "),
        ("feed", "a\nb"),
        ("feed", "x" * 201),
        ("observed_at", "yesterday"),
        ("observed_at", 1717171717),
    ],
)
def test_a_value_of_another_shape_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(InvalidRequestError, match=key):
        ProcessingConfig.parse({key: value})
