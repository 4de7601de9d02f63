"""The catalog of fields is whole and free of contradictions."""

from __future__ import annotations

from collections import defaultdict

import polars as pl
import pytest

from muster.catalog.dtypes import dtype
from muster.catalog.fields import ASSET_FIELDS, FIELDS
from muster.catalog.model import FieldGroup, FieldType, MergePolicy, Privacy
from muster.catalog.policies import POLICIES, claim_rank
from muster.catalog.registry import categories, sources
from muster.kit.registry import discover
from muster.kit.text import fold, words
from muster.pipeline.mapping.header import normal_words

GROUPS = {
    FieldGroup.IDENTITY: (
        "asset_name asset_type hostname fqdn ip_address mac_address serial_number asset_tag instance_uuid source_id"
    ),
    FieldGroup.PLATFORM: (
        "manufacturer model virtualization_platform hypervisor_host cluster operating_system "
        "os_version os_architecture power_state firmware_type database_type database_version "
        "technology_stack"
    ),
    FieldGroup.CAPACITY: (
        "cpu_sockets cpu_cores cpu_model cpu_speed_mhz memory_gb storage_gb storage_used_gb "
        "storage_free_gb disk_count nic_count"
    ),
    FieldGroup.PLACEMENT: (
        "location datacenter rack_location availability_zone network_zone subnet_mask gateway vlan "
        "environment operational_status application_name migration_wave six_r_strategy description "
        "tags installed_at end_of_support_date first_seen last_seen"
    ),
    FieldGroup.OWNERSHIP: (
        "business_unit department business_owner technical_owner support_group business_criticality "
        "cost_center current_monthly_cost estimated_cloud_cost"
    ),
    FieldGroup.DEPENDENCY: (
        "source_app target_app source_server target_server source_ip target_ip source_process "
        "target_process dependency_type port protocol criticality connection_count bytes_total"
    ),
    FieldGroup.PERFORMANCE: (
        "cpu_utilization_percent cpu_utilization_percent_max memory_utilization_percent "
        "memory_utilization_percent_max cpu_utilization_percent_p95 memory_utilization_percent_p95 "
        "disk_iops disk_throughput_mbps network_throughput_mbps sample_count window_start "
        "window_end sampled_at"
    ),
    FieldGroup.SENSITIVE: (
        "data_object data_category data_classification sensitivity_label compliance_scope "
        "record_count encryption_at_rest encryption_in_transit access_control access_review_date "
        "data_owner data_residency retention_period likelihood severity last_scanned_at"
    ),
}


def test_all_fields_are_there_in_their_groups() -> None:
    by_group = defaultdict(set)
    for field in FIELDS.values():
        by_group[field.group].add(field.name)
    assert by_group == {group: set(names.split()) for group, names in GROUPS.items()}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_declared_whole(name: str) -> None:
    field = FIELDS[name]
    assert field.name == name
    assert field.title
    assert field.description.endswith(".")
    assert len(field.spellings) >= 3
    assert bool(field.vocabulary) == (field.type is FieldType.WORD)
    assert field.merge is not MergePolicy.UNION or field.is_list
    assert field.is_list <= (field.merge is MergePolicy.UNION)
    assert isinstance(dtype(field), pl.List) == field.is_list


def test_no_synonym_means_two_words_of_one_vocabulary() -> None:
    for field in FIELDS.values():
        meanings = defaultdict(set)
        for word, synonyms in field.vocabulary.items():
            for text in (word, *synonyms):
                meanings[fold(text)].add(word)
        assert {text: found for text, found in meanings.items() if len(found) > 1} == {}, field.name


def test_no_spelling_names_two_fields_of_assets_but_the_known_pairs() -> None:
    """`Disks` may count or measure, `Processors` may count or name; values tell."""
    meanings = defaultdict(set)
    for name in ASSET_FIELDS:
        for spelling in FIELDS[name].spellings:
            meanings[normal_words(spelling)].add(name)
    clashes = {frozenset(found) for found in meanings.values() if len(found) > 1}
    assert clashes == {frozenset({"disk_count", "storage_gb"}), frozenset({"cpu_model", "cpu_sockets"})}


def test_fields_of_edges_and_of_data_are_no_columns_of_assets() -> None:
    groups = {FIELDS[name].group for name in ASSET_FIELDS}
    assert groups == set(FieldGroup) - {FieldGroup.DEPENDENCY, FieldGroup.SENSITIVE}


def test_people_are_marked_as_personal() -> None:
    personal = {name for name, field in FIELDS.items() if field.privacy is Privacy.PERSONAL}
    assert personal == {"business_owner", "technical_owner", "data_owner"}


def test_ordered_vocabularies_go_from_mild_to_strict() -> None:
    assert list(FIELDS["business_criticality"].vocabulary) == ["low", "medium", "high", "critical"]
    assert list(FIELDS["data_classification"].vocabulary) == ["public", "internal", "confidential", "restricted"]


def test_every_field_has_its_policy_and_ties_never_ask_for_the_upload_order() -> None:
    assert set(POLICIES) == set(FIELDS)
    assert {tuple(policy.ties[-3:]) for policy in POLICIES.values()} == {("file_sha256", "table", "row")}


def test_a_hypervisor_outranks_a_sheet_for_capacity_and_a_cmdb_both_for_ownership_and_placement() -> None:
    category = categories()["cmdb_export"]

    def order(group: FieldGroup) -> list[str]:
        return sorted(
            ("generic", "rvtools", "servicenow"), key=lambda name: -claim_rank(sources()[name], category, group)
        )

    assert order(FieldGroup.PLATFORM) == ["rvtools", "servicenow", "generic"]
    assert order(FieldGroup.CAPACITY) == ["rvtools", "servicenow", "generic"]
    assert order(FieldGroup.OWNERSHIP)[0] == "servicenow"
    assert order(FieldGroup.PLACEMENT)[0] == "servicenow"


def test_sources_and_categories_name_only_what_exists() -> None:
    for source in sources().values():
        assert source.import_category in categories()
        for table in source.tables:
            assert table.imported or table.reason
            targets = {column.target for column in table.columns if column.target} | set(table.defaults)
            assert targets <= set(FIELDS), (source.id, table.name)
            spelled = [text for column in table.columns for text in {fold(spelling) for spelling in column.spellings}]
            assert len(spelled) == len(set(spelled)), (source.id, table.name)
    for category in categories().values():
        assert {name for group in category.required for name in group} <= set(FIELDS)


def test_a_category_is_one_file() -> None:
    from muster.catalog import categories as package  # noqa: PLC0415
    from muster.catalog.model import Category  # noqa: PLC0415

    assert discover(package, "CATEGORY", Category).keys() == categories().keys()
    assert len(categories()["cmdb_export"].agents) == 4


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("IPAddress", ("ip", "address")),
        ("vCPUs", ("vcpus",)),
        ("NICs", ("nics",)),
        ("server_os_family", ("server", "os", "family")),
        ("Provisioned MiB", ("provisioned", "mib")),
        ("Größe", ("grosse",)),
        ("IPv4 Address", ("ipv4", "address")),
        ("Nom d'hôte", ("nom", "d", "hote")),
        ("", ()),
    ],
)
def test_text_is_taken_apart_at_its_words(text: str, parts: tuple[str, ...]) -> None:
    assert words(text) == parts
