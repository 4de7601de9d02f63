"""Mappings as YAML: read as they were written, and refused with the place where they are wrong."""

from __future__ import annotations

import pytest

from muster.domain.custom_fields import CustomField, CustomType, parse_custom_field
from muster.domain.errors import InvalidRequestError
from muster.domain.processing_config import MappingChoice
from muster.kit.yaml_text import YamlTextError, dump_yaml, load_yaml
from muster.services.mapping_preset import Preset, PresetLayout, is_preset, read_preset

TIER = CustomField("tier", "Tier", CustomType.WORD, ("gold", "no"), None, "Who comes first")
WORDS = (
    MappingChoice("No", "serial_number"),
    MappingChoice("0012", None),
    MappingChoice("Größe: GB", "memory_gb", None, "unit:MiB decimal:,"),
    MappingChoice("- null", "custom:tier"),
)
PRESET = Preset(
    (
        PresetLayout("generic", None, "servers", tuple(word.source_field for word in WORDS), WORDS),
        PresetLayout("rvtools", "vInfo", "vInfo", ("VM",), (MappingChoice("VM", "asset_name"),)),
    ),
    (TIER,),
)


def test_what_is_written_is_read_again() -> None:
    assert read_preset(PRESET.as_yaml()) == PRESET


def test_it_is_written_for_people() -> None:
    assert PRESET.as_yaml().startswith(
        "version: 1\n"
        "layouts:\n"
        "  - source: generic\n"
        "    table: servers\n"
        "    columns:\n"
        "      - 'No'\n"
        "      - '0012'\n"
        "      - 'Größe: GB'\n"
        "      - '- null'\n"
        "    mapping:\n"
        "      - source_field: 'No'\n"
        "        target_field: serial_number\n"
        "      - source_field: '0012'\n"
        "        target_field: null\n"
    )


def test_a_short_form_will_do() -> None:
    (layout,) = read_preset("layouts: [{mapping: {RAM: memory_gb, Notes: ~, No: }}]").layouts
    assert layout == PresetLayout(
        "generic",
        None,
        "table",
        ("RAM", "Notes", "No"),
        (MappingChoice("RAM", "memory_gb"), MappingChoice("Notes", None), MappingChoice("No", None)),
    )


def test_of_several_layouts_each_speaks_of_its_own_table() -> None:
    assert {choice.table for choice in PRESET.choices()} == {"servers", "vInfo"}
    assert {choice.table for choice in Preset(PRESET.layouts[:1]).choices()} == {None}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "version, layouts"),
        ("[]", "version, layouts"),
        ("layouts: {}", "layouts takes a list"),
        ("layouts: [x]", "layouts takes a list of objects"),
        ("layouts: []\nsheets: []", "no 'sheets'"),
        ("version: 2\nlayouts: []", "another muster"),
        ("layouts: [{mapping: {}}]", "the columns of the layout"),
        ("layouts: [{name: x, mapping: {a: b}}]", "A layout has no 'name'"),
        ("layouts: [{mapping: {IP Address: a, ip-address: b}}]", "each column once"),
        ("layouts: [{mapping: [{source_field: a, target_field: b, table: c}]}]", "each column once"),
        ("layouts: [{source: [], mapping: {a: b}}]", "source takes a name"),
        ("layouts: []\ncustom_fields: [x]", "custom_fields takes"),
        ("layouts: [", "line 1"),
        ("a: 1\na: 2", "line 2 says 'a' a second time"),
        ("a: &x [1]\nb: *x", "line 2 refers to another place"),
        ("a: !!python/object:os.system x", "line 1"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        read_preset(text)


def test_every_scalar_is_text_but_nothing() -> None:
    assert load_yaml("{a: 1, b: yes, c: 0012, d: 1.0, e: 2024-05-31, f: ~, g: null, h: , i: 'null'}") == {
        "a": "1", "b": "yes", "c": "0012", "d": "1.0", "e": "2024-05-31", "f": None, "g": None, "h": None, "i": "null",
    }  # fmt: skip


def test_deep_nesting_ends_in_a_sentence() -> None:
    with pytest.raises(YamlTextError, match="nested too deeply"):
        load_yaml("[" * 100_000)


def test_json_is_yaml_too() -> None:
    document = {"layouts": [{"mapping": {"a": "b", "c": None}}]}
    assert load_yaml(dump_yaml(document)) == document
    assert is_preset(document)
    assert not is_preset({"layouts": "asset_name"})
    assert not is_preset([])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"name": "Tier"}, "lower-case letters"),
        ({"name": "tier", "type": "color"}, "one of text, word"),
        ({"name": "tier", "type": "word"}, "the words that a field"),
        ({"name": "tier", "words": ["gold"]}, "the words that a field"),
        ({"name": "tier", "unit": "GB"}, "this field is none"),
        ({"name": "tier", "title": "a\nb"}, "printable"),
        ({"name": "tier", "type": "word", "words": "gold"}, "a list"),
        ({"name": "tier", "colour": "red"}, "no 'colour'"),
    ],
)
def test_a_declaration_that_can_not_be_is_refused(raw: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        parse_custom_field(raw)


def test_a_declaration_is_read_as_it_was_written() -> None:
    assert parse_custom_field(TIER.as_json()) == TIER
    assert parse_custom_field({"name": "cost_center"}).title == "Cost center"
