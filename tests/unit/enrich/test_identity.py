"""Who is who: named cases of identity, each in every order of its imports."""

from __future__ import annotations

from itertools import permutations

import polars as pl
import pytest

from muster.pipeline.enrich.keys import KeyKind, identity_keys
from support.claims import pure_inventory
from support.reference import Import, Row, inventory


def source(name: str, *rows: Row, day: int = 1, sha: str = "") -> Import:
    """An import of one feed."""
    return Import("generic", f"generic:{name}", day, sha or f"{name:->64}", rows)


def key_of(kind: KeyKind, **values: str) -> list[int]:
    """The hashes of one kind of key for one claim."""
    frame = pl.DataFrame({"ordinal": [1], **{name: [value] for name, value in values.items()}})
    return identity_keys(frame, "feed").filter(pl.col("kind") == kind)["hash"].to_list()


CASES = {
    "serial and maker join two sources": (
        [
            source("a", Row(values={"serial_number": "CZ100", "manufacturer": "HPE", "asset_name": "x"})),
            source("b", Row(values={"serial_number": "cz100", "manufacturer": "hpe", "asset_name": "y"})),
        ],
        1,
    ),
    "one serial of two makers is two machines": (
        [
            source("a", Row(values={"serial_number": "CZ100", "manufacturer": "HPE"})),
            source("b", Row(values={"serial_number": "CZ100", "manufacturer": "Dell"})),
        ],
        2,
    ),
    "a chain of keys joins what shares none": (
        [
            source("a", Row(values={"serial_number": "CZ100", "manufacturer": "HPE"})),
            source("b", Row(values={"serial_number": "CZ100", "manufacturer": "HPE", "fqdn": "web.corp.example"})),
            source("c", Row(values={"fqdn": "web.corp.example"})),
        ],
        1,
    ),
    "a name alone joins nobody": (
        [source("a", Row(values={"asset_name": "web01"})), source("b", Row(values={"asset_name": "web01"}))],
        2,
    ),
    "clones that share a key stay apart, and nobody joins through it": (
        [
            source(
                "a",
                Row("vm-1", values={"asset_name": "one", "fqdn": "web.corp.example"}),
                Row("vm-2", values={"asset_name": "two", "fqdn": "web.corp.example"}),
            ),
            source("b", Row(values={"fqdn": "web.corp.example"})),
        ],
        3,
    ),
    "one record written twice is one asset": (
        [source("a", Row(values={"asset_name": "web01"}), Row(values={"asset_name": "web01", "memory_gb": 8.0}))],
        1,
    ),
    "junk identifies nothing": (
        [
            source(
                "a", Row(values={"serial_number": "To be filled by O.E.M.", "manufacturer": "HPE", "asset_name": "x"})
            ),
            source(
                "b", Row(values={"serial_number": "to be filled by o.e.m.", "manufacturer": "HPE", "asset_name": "y"})
            ),
        ],
        2,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_identity_is_the_same_in_every_order(case: str) -> None:
    imports, assets = CASES[case]
    inventories = [pure_inventory(order) for order in permutations(imports)]
    assert all(found == inventories[0] for found in inventories)
    assert len(inventories[0]) == assets


@pytest.mark.parametrize("case", [name for name in CASES if not name.startswith("junk")])
def test_the_reference_agrees(case: str) -> None:
    imports, _ = CASES[case]
    assert pure_inventory(imports) == inventory(imports)


def test_both_byte_orders_of_a_uuid_are_one_key() -> None:
    esxi = key_of(KeyKind.INSTANCE_UUID, instance_uuid="564d4cbc-c6a9-1969-aaaa-bbbbccccdddd")
    guest = key_of(KeyKind.INSTANCE_UUID, instance_uuid="bc4c4d56-a9c6-6919-aaaa-bbbbccccdddd")
    assert esxi == guest
    assert len(esxi) == 1


def test_a_vmware_serial_spells_the_uuid() -> None:
    spelled = key_of(KeyKind.INSTANCE_UUID, serial_number="VMware-56 4d 4c bc c6 a9 19 69-aa aa bb bb cc cc dd dd")
    assert spelled == key_of(KeyKind.INSTANCE_UUID, instance_uuid="564d4cbc-c6a9-1969-aaaa-bbbbccccdddd")


@pytest.mark.parametrize("junk", ["00000000-0000-0000-0000-000000000000", "03000200-0400-0500-0006-000700080009"])
def test_a_uuid_that_vendors_left_blank_is_no_key(junk: str) -> None:
    assert key_of(KeyKind.INSTANCE_UUID, instance_uuid=junk) == []


def test_a_cloud_id_is_a_key_in_every_feed() -> None:
    assert len(key_of(KeyKind.CLOUD_ID, source_id="i-0abc1234def567890")) == 1
    assert key_of(KeyKind.CLOUD_ID, source_id="12345") == []
