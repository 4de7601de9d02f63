"""Who is who: named cases of identity, each in every order of its imports, for the core and the reference alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pytest

from support.claims import pure_inventory
from support.feeds import (
    A1,
    A2,
    B1,
    C1,
    FIRST,
    HAS_IP,
    HAS_MAC,
    HOST,
    HP1,
    HP2,
    SECOND,
    Maker,
    Values,
    by_both,
    feeds,
    snapshot,
)
from support.reference import inventory
from support.reference_words import Decision, Import, Join, Split

UUID = "564d4cbc-c6a9-1969-aaaa-bbbbccccdddd"
UUID_SWAPPED = "bc4c4d56-a9c6-6919-aaaa-bbbbccccdddd"
UUID_SPELLED = "VMware-56 4d 4c bc c6 a9 19 69-aa aa bb bb cc cc dd dd"
BLANK_UUID = "00000000-0000-0000-0000-000000000000"
OTHER_UUID = "4c4c4544-0042-4a10-8051-c4c04f4d3132"
MAC, OTHER_MAC = "00:50:56:aa:00:01", "00:50:56:aa:00:02"
EC2_ID = "i-0abc1234def567890"
JUNK_SERIAL = "To be filled by O.E.M."
WEB: Values = {"fqdn": "web.a.example"}
APPLICATION: Values = {"asset_type": "application"}
KEYLESS: Values = {"record_key": None}


@dataclass(frozen=True)
class Case:
    """Imports, how many assets they are, and what people decided."""

    assets: int
    imports: tuple[Import, ...]
    decisions: tuple[Decision, ...] = ()


STRONG_KEYS = {
    "serial and maker join two sources": Case(
        1, feeds(HP1, {"serial_number": "cz100 ", "manufacturer": "Hewlett-Packard Company"})
    ),
    "one serial of two makers is two machines": Case(2, feeds(HP1, {**HP1, "manufacturer": "Dell Inc."})),
    "a chain of strong keys joins what shares none": Case(
        1, feeds(HP1, {**HP1, "instance_uuid": UUID}, {"instance_uuid": UUID})
    ),
    "one strong key is enough when another differs": Case(
        1, feeds({**HP1, "instance_uuid": UUID}, {**HP2, "instance_uuid": UUID})
    ),
    "both byte orders of a UUID are one machine": Case(
        1, feeds({"instance_uuid": UUID}, {"instance_uuid": UUID_SWAPPED})
    ),
    "a serial of VMware spells the UUID": Case(
        1, feeds({"serial_number": UUID_SPELLED}, {"instance_uuid": UUID_SWAPPED})
    ),
    "a machine with two UUIDs, one of them spelled by its serial, is found by either": Case(
        1,
        feeds(
            {"instance_uuid": UUID_SWAPPED},
            {"instance_uuid": OTHER_UUID, "serial_number": UUID_SPELLED},
            {"instance_uuid": OTHER_UUID},
        ),
    ),
    "a cloud id is known in every feed": Case(
        1, feeds({**FIRST, "source_id": EC2_ID}, {**SECOND, "source_id": EC2_ID})
    ),
    "any other id is known in its feed only": Case(
        2, feeds({**FIRST, "source_id": "sys-1"}, {**SECOND, "source_id": "sys-1"})
    ),
    "an id joins the records of its feed": Case(
        1,
        (
            snapshot("a", {**FIRST, "source_id": "sys-1", "record_key": "old"}, day=1),
            snapshot("a", {**SECOND, "source_id": "SYS-1", "record_key": "new"}, day=2),
        ),
    ),
    "a serial that is junk identifies nothing": Case(
        2,
        feeds({**FIRST, **HP1, "serial_number": JUNK_SERIAL}, {**SECOND, **HP1, "serial_number": JUNK_SERIAL.lower()}),
    ),
    "a UUID that vendors left blank identifies nothing": Case(
        2, feeds({**FIRST, "instance_uuid": BLANK_UUID}, {**SECOND, "instance_uuid": BLANK_UUID})
    ),
    "a serial of three characters identifies nothing": Case(
        2, feeds({**HP1, "serial_number": "123"}, {**HP1, "serial_number": "123"})
    ),
}

RECORDS = {
    "one record written twice is one asset": Case(
        1, (snapshot("a", {**FIRST, "record_key": None}, {"asset_name": "the FIRST ", "record_key": None}),)
    ),
    "number and name make a record": Case(1, (snapshot("a", {**HP1, **HOST, **KEYLESS}, {**HP1, **HOST, **KEYLESS}),)),
    "one number under two names is two records, and clones": Case(
        2, (snapshot("a", {**HP1, **HOST, **KEYLESS}, {**HP1, "hostname": "db01", **KEYLESS}),)
    ),
    "one name under two numbers is two records": Case(
        2, (snapshot("a", {**HP1, **HOST, **KEYLESS}, {**HP2, **HOST, **KEYLESS}),)
    ),
    "the serial is the number of a record that has a UUID too": Case(
        1, (snapshot("a", {**HP1, **KEYLESS}, {**HP1, "instance_uuid": UUID, **KEYLESS}),)
    ),
    "the full name is the name of a record that has others too": Case(
        1, (snapshot("a", {**WEB, **KEYLESS}, {**WEB, **HOST, "asset_name": "The first", **KEYLESS}),)
    ),
    "an address makes a record of a machine without number and name": Case(
        1, (snapshot("a", {**HAS_IP, **KEYLESS}, {**HAS_IP, **KEYLESS}),)
    ),
    "an application is the record of its name, whatever its numbers": Case(
        1, (snapshot("a", {**FIRST, **HP1, **APPLICATION, **KEYLESS}, {**FIRST, **HP2, **APPLICATION, **KEYLESS}),)
    ),
    "an application without a name is no record, whatever its numbers and addresses": Case(
        2, (snapshot("a", *[{**HAS_IP, **WEB, "instance_uuid": UUID, **APPLICATION, **KEYLESS}] * 2),)
    ),
    "a key of a record that is junk leaves its name to the serial": Case(
        2, (snapshot("a", {**HP1, "record_key": "0000"}, {**HP2, "record_key": "0000"}),)
    ),
    "a record of one feed is not that of another": Case(2, feeds(FIRST, SECOND)),
    "rows that name no record stand for themselves": Case(
        2, (snapshot("a", {"memory_gb": 8.0, "record_key": None}, {"memory_gb": 8.0, "record_key": None}),)
    ),
    "a new name in a newer list takes the place of the old": Case(
        2, (snapshot("a", HOST, day=1), snapshot("a", {"hostname": "db01"}, day=2), snapshot("b", HOST))
    ),
    "an older list that comes late changes nothing": Case(
        1, (snapshot("a", {"hostname": "db01"}, day=1), snapshot("a", HOST, day=2), snapshot("b", HOST))
    ),
}

CLONES = {
    "clones that share a UUID stay apart, and nobody joins through it": Case(
        3,
        (
            snapshot("a", {"instance_uuid": UUID}, {"instance_uuid": UUID_SWAPPED}),
            snapshot("b", {"instance_uuid": UUID}),
        ),
    ),
    "clones that share a serial stay apart, and nobody joins through it": Case(
        3, (snapshot("a", HP1, HP1), snapshot("b", HP1))
    ),
    "clones that share a full name stay apart, and nobody joins through it": Case(
        3,
        (snapshot("a", {"fqdn": "web.a.example"}, {"fqdn": "web.a.example"}), snapshot("b", {"fqdn": "web.a.example"})),
    ),
    "clones are found again by their network cards": Case(
        2,
        (
            snapshot("a", {"instance_uuid": UUID, **HAS_MAC}, {"instance_uuid": UUID, "mac_address": [OTHER_MAC]}),
            snapshot("b", HAS_MAC, {"mac_address": [OTHER_MAC]}),
        ),
    ),
    "a key of two current records is theirs again when one is replaced": Case(
        2,
        (
            snapshot("a", HP1, HP1, day=1),
            snapshot("a", {**HP2, "record_key": "2"}, day=2, partial=True),
            snapshot("b", HP1),
        ),
    ),
}

WEAK_SAYS = {
    "host name": HOST,
    "MAC address": HAS_MAC,
    "IP address": HAS_IP,
    "host name and an address": {**HOST, **HAS_IP},
}
STRONG_SAYS = {
    "serials": (HP1, HP2),
    "serials without maker": ({"serial_number": "CZ100"}, {"serial_number": "CZ200"}),
    "UUIDs": ({"instance_uuid": UUID}, {"instance_uuid": OTHER_UUID}),
    "cloud ids": ({"source_id": EC2_ID}, {"source_id": "i-0abc1234"}),
    "full names": ({"fqdn": "one.a.example"}, {"fqdn": "two.a.example"}),
}
AMBIGUOUS = {
    f"a {weak} of two machines with {strong} is of neither": Case(
        3, feeds({**one, **WEAK_SAYS[weak]}, WEAK_SAYS[weak], {**other, **WEAK_SAYS[weak]})
    )
    for weak in WEAK_SAYS
    for strong, (one, other) in STRONG_SAYS.items()
}
"""A and C are known well; B says only what both say."""

HOSTS = {
    "a host name joins two sources": Case(1, feeds(HOST, {"hostname": "WEB01"})),
    "a name that looks like a host name is one": Case(1, feeds({"asset_name": "Web01.corp"}, HOST)),
    "an asset name is a host name even when it spells an address": Case(
        1, feeds({"asset_name": "ip-10-0-0-1.a.example"}, {"asset_name": "ip-10-0-0-1.b.example"})
    ),
    "a host name that spells an address joins nobody": Case(
        2, feeds({"hostname": "ip-10-0-0-1"}, {"hostname": "ip-10-0-0-1"})
    ),
    "a host name that spells an address leaves the host name to the full name": Case(
        1, feeds({"hostname": "host-10_0_0_1.a.example", "fqdn": "web01.a.example"}, HOST)
    ),
    "a full name that spells an address leaves the host name to the asset name": Case(
        1, feeds({"fqdn": "ip-10-0-0-1.a.example", "asset_name": "web01"}, HOST)
    ),
    "three numbers in a host name spell no address": Case(
        1, feeds({"hostname": "web-10-0-1"}, {"hostname": "web-10-0-1"})
    ),
    "four numbers in front of a word spell no address": Case(
        1, feeds({"hostname": "10-0-0-1-web"}, {"hostname": "10-0-0-1-web"})
    ),
    "a name that does not look like a host name is none": Case(
        2, feeds({"asset_name": "Web 01"}, {"asset_name": "Web 01"})
    ),
    "a name without a letter is no host name": Case(2, feeds({"asset_name": "4711"}, {"asset_name": "4711"})),
    "a host name that is junk joins nobody": Case(2, feeds({"hostname": "localhost"}, {"hostname": "localhost"})),
    "a full name of which the first label is junk is no host name": Case(
        2, feeds({"fqdn": "localhost.a.example"}, {"asset_name": "localhost.b.example"})
    ),
    "a full name of which the first label is junk leaves the host name to the asset name": Case(
        1, feeds({"fqdn": "localhost.a.example", "asset_name": "web01"}, HOST)
    ),
    "a short name joins the one full name": Case(1, feeds({"fqdn": "web.a.example"}, {"hostname": "web"})),
    "equal names in two domains are two machines, and a short name is of neither": Case(
        3, feeds({"fqdn": "web.a.example"}, {"fqdn": "web.b.example"}, {"hostname": "web"})
    ),
    "a host name that one list has twice joins nobody": Case(3, (snapshot("a", HOST, HOST), snapshot("b", HOST))),
    "a host name that two lists of one feed have joins, under whatever records": Case(
        1, (snapshot("a", HOST), snapshot("a", {**HOST, "record_key": "2"}, day=2, partial=True))
    ),
}

FULL_NAMES = {
    "a full name joins two sources, though their serials differ": Case(1, feeds({**HP1, **WEB}, {**HP2, **WEB})),
    "a full name joins whatever the host names are": Case(1, feeds({**WEB, **HOST}, {**WEB, "hostname": "db01"})),
    "a full name of two serials of one feed joins nobody": Case(
        3,
        (
            snapshot("a", {**HP1, **WEB}),
            snapshot("a", {**HP2, **WEB, "record_key": "2"}, day=2, partial=True),
            snapshot("b", WEB),
        ),
    ),
    "a full name of a serial and a UUID of one feed joins": Case(
        1,
        (
            snapshot("a", {**HP1, **WEB}),
            snapshot("a", {"instance_uuid": UUID, **WEB, "record_key": "2"}, day=2, partial=True),
        ),
    ),
    "a full name does not join two machines that one feed knows, whoever says their name": Case(
        2, (snapshot("a", {**HP1, **WEB}, HP2), snapshot("b", {**HP2, **WEB}))
    ),
    "full names that lead to two machines of one feed lead to none": Case(
        3,
        (
            snapshot("a", {**HP1, **WEB}, {**HP2, "fqdn": "db.a.example"}),
            snapshot("b", {**WEB, "instance_uuid": UUID}),
            snapshot("c", {"fqdn": "db.a.example", "instance_uuid": UUID}),
        ),
    ),
    "full names that lead to two machines of two feeds make them one": Case(
        1,
        feeds(
            {**HP1, **WEB},
            {**WEB, "instance_uuid": UUID},
            {"fqdn": "db.a.example", "instance_uuid": UUID},
            {**HP2, "fqdn": "db.a.example"},
        ),
    ),
    "a full name that spells an address joins nobody": Case(
        2, feeds({"fqdn": "ip-10-0-0-1.a.example"}, {"fqdn": "ip-10-0-0-1.a.example"})
    ),
    "an asset name that is a full name is one": Case(
        1, feeds({"asset_name": "Web.A.example"}, {**WEB, "hostname": "db01"})
    ),
    "an asset name is no full name beside a host name": Case(
        2, feeds({"asset_name": "web.a.example", "hostname": "web01"}, {**WEB, "hostname": "db01"})
    ),
    "an asset name is a full name beside a host name that spells an address": Case(
        1, feeds({"asset_name": "web.a.example", "hostname": "ip-10-0-0-1"}, {**WEB, "hostname": "db01"})
    ),
    "an asset name is a full name beside a full name that spells an address": Case(
        1, feeds({"asset_name": "web.a.example", "fqdn": "ip-10-0-0-1.b.example"}, {**WEB, "hostname": "db01"})
    ),
    "an asset name that ends in a number is no full name": Case(
        1, feeds({"asset_name": "web.10"}, {"asset_name": "web.a.example"})
    ),
    "an asset name that spells an address is no full name": Case(
        2, feeds({"asset_name": "ip-10-0-0-1.a.example", **HP1}, {"asset_name": "ip-10-0-0-1.a.example", **HP2})
    ),
    "a full name is for machines only": Case(2, feeds(WEB, {**WEB, **APPLICATION})),
}

PAIRS = {
    "a host name that one list has twice is told apart by addresses": Case(
        2, (snapshot("a", {**HOST, **HAS_IP}, {**HOST, "ip_address": ["10.0.0.2"]}), snapshot("b", {**HOST, **HAS_IP}))
    ),
    "a host name and an address that one list has twice are one machine": Case(
        1, (snapshot("a", {**HOST, **HAS_IP}, {**HOST, **HAS_IP}),)
    ),
    "a host name and an address of two serials are of neither": Case(
        3, (snapshot("a", {**HP1, **HOST, **HAS_IP}, {**HP2, **HOST, **HAS_IP}), snapshot("b", {**HOST, **HAS_IP}))
    ),
    "a host name and an address tell more than a network card": Case(
        3, feeds({**HP1, **HOST, **HAS_IP}, {**HOST, **HAS_IP, **HAS_MAC}, {**HP2, **HAS_MAC}, HAS_MAC)
    ),
    "a host name of the full name makes a pair too": Case(
        2,
        (
            snapshot("a", {"hostname": "web", **HAS_IP}, {"hostname": "web", "ip_address": ["10.0.0.2"]}),
            snapshot("b", {**WEB, **HAS_IP}),
        ),
    ),
    "an address that is everybody's makes no pair": Case(
        3,
        (
            snapshot("a", {**HOST, "ip_address": ["127.0.0.1"]}, {**HOST, "ip_address": ["127.0.0.1"]}),
            snapshot("b", {**HOST, "ip_address": ["127.0.0.1"]}),
        ),
    ),
}

NETWORK = {
    "a network card joins two sources": Case(
        1, feeds({**HAS_MAC, "hostname": "web01"}, {**HAS_MAC, "hostname": "db01"})
    ),
    "an address joins two sources": Case(1, feeds({**FIRST, **HAS_IP}, HAS_IP)),
    "an address that another host name uses again joins nobody": Case(
        2, feeds({"hostname": "web01", **HAS_IP}, {"hostname": "db01", **HAS_IP})
    ),
    "an address of two host names is of no third": Case(
        3, feeds({"hostname": "web01", **HAS_IP}, {"hostname": "db01", **HAS_IP}, HAS_IP)
    ),
    **{
        f"the address {address} joins nobody": Case(
            2, feeds({**FIRST, "ip_address": [address]}, {**SECOND, "ip_address": [address]})
        )
        for address in ("127.0.0.1", "0.0.0.0", "169.254.7.7", "fe80::1", "224.0.0.5", "172.17.0.1", "192.168.122.1")  # noqa: S104 - no socket
    },
    **{
        f"the network card {mac} joins nobody": Case(
            2, feeds({**FIRST, "mac_address": [mac]}, {**SECOND, "mac_address": [mac]})
        )
        for mac in (
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "01:00:5e:00:00:05",
            "00:00:5e:00:01:0a",
            "00:00:0c:07:ac:01",
        )
    },
    "an application is not the server of which it has name and address": Case(
        2,
        feeds(
            {**HOST, **HAS_IP, "asset_type": "server"}, {"asset_name": "web01", **HAS_IP, "asset_type": "application"}
        ),
    ),
    "what has no kind may be the server of which it has name and address": Case(
        1, feeds({**HOST, **HAS_IP, "asset_type": "server"}, {"asset_name": "web01", **HAS_IP})
    ),
}

TIERS = {
    "a serial without maker joins one with": Case(1, feeds(HP1, {"serial_number": "CZ100"})),
    "a serial without maker is of neither of two makers": Case(
        3, feeds(HP1, {"serial_number": "CZ100"}, {**HP1, "manufacturer": "Dell Inc."})
    ),
    "a network card tells more than a host name": Case(
        2, feeds({**HP1, **HOST}, {**HOST, **HAS_MAC}, {**HP2, **HAS_MAC})
    ),
    "a host name tells more than an address": Case(2, feeds({**HP1, **HAS_IP}, {**HOST, **HAS_IP}, {**HP2, **HOST})),
    "cards that lead to two machines lead to none": Case(
        3, feeds({**HP1, **HAS_MAC}, {"mac_address": [MAC, OTHER_MAC]}, {**HP2, "mac_address": [OTHER_MAC]})
    ),
    "a card that one list has twice leads to nobody": Case(
        3, (snapshot("a", HAS_MAC, HAS_MAC), snapshot("b", HAS_MAC))
    ),
    "cards that lead to two records of one feed make them one": Case(
        1, (snapshot("a", HAS_MAC, {"mac_address": [OTHER_MAC]}), snapshot("b", {"mac_address": [MAC, OTHER_MAC]}))
    ),
    "cards that lead to two machines of one feed lead to none": Case(
        3,
        (
            snapshot("a", {**HP1, **HAS_MAC}, {**HP2, "mac_address": [OTHER_MAC]}),
            snapshot("b", {"mac_address": [MAC, OTHER_MAC]}),
        ),
    ),
    "a chain without contradiction is one machine": Case(
        1, feeds({**HP1, **HAS_MAC}, {"mac_address": [MAC, OTHER_MAC]}, {"mac_address": [OTHER_MAC]})
    ),
}


def address_of(count: int) -> tuple[Import, ...]:
    """An address that a list gave to many records, all but the last of which have got another; and it in a feed b."""
    keys = [f"vm-{number}" for number in range(count)]
    before = [{**HAS_IP, "record_key": key} for key in keys]
    after = [{"ip_address": [f"10.0.1.{number}"], "record_key": key} for number, key in enumerate(keys[:-1])]
    return snapshot("a", *before), snapshot("a", *after, day=2), snapshot("b", HAS_IP)


CROWDS = {
    "an address of eight records joins the one that is left": Case(8, address_of(8)),
    "an address of nine records joins nobody, replaced or not": Case(10, address_of(9)),
}

LONE_C: tuple[Import, ...] = feeds({**HP1, **HOST}, HOST, {**HP2, **HOST})
HOST_KEY, IP_KEY, PAIR_KEY = ("HOST", "web01"), ("IP", "10.0.0.1"), ("HOST_IP", "web01", "10.0.0.1")
DECIDED = {
    "a join makes two records one": Case(1, feeds(FIRST, SECOND), (Join(A1, B1),)),
    "a join is for records, whatever their keys": Case(1, feeds(HP1, HP2), (Join(A1, B1),)),
    "a join of two records of one feed": Case(1, (snapshot("a", FIRST, SECOND),), (Join(A1, A2),)),
    "joins make chains": Case(1, feeds(FIRST, SECOND, HP1), (Join(A1, B1), Join(B1, C1))),
    "a join says of which machine a host name is": Case(2, LONE_C, (Join(A1, B1),)),
    "a join of what is not there sleeps": Case(1, feeds(FIRST), (Join(A1, B1),)),
    "a split takes a weak key": Case(2, feeds(HOST, HOST), (Split(frozenset({(B1, HOST_KEY)})),)),
    "a split takes a strong key, and the serial without it": Case(
        2,
        feeds(HP1, HP1),
        (Split(frozenset({(B1, ("SERIAL", "hp", "cz100")), (B1, ("BARE_SERIAL", "cz100"))})),),
    ),
    "a split of host name and address apart leaves their pair": Case(
        1, feeds({**HOST, **HAS_IP}, {**HOST, **HAS_IP}), (Split(frozenset({(B1, HOST_KEY), (B1, IP_KEY)})),)
    ),
    "a split of the pair leaves host name and address": Case(
        1, feeds({**HOST, **HAS_IP}, {**HOST, **HAS_IP}), (Split(frozenset({(B1, PAIR_KEY)})),)
    ),
    "a split of a host name, an address and their pair takes all": Case(
        2,
        feeds({**HOST, **HAS_IP}, {**HOST, **HAS_IP}),
        (Split(frozenset({(B1, HOST_KEY), (B1, IP_KEY), (B1, PAIR_KEY)})),),
    ),
    "a split of a host name lets its address be used by another": Case(
        1, feeds({**HOST, **HAS_IP}, {"hostname": "db01", **HAS_IP}), (Split(frozenset({(A1, HOST_KEY)})),)
    ),
    "a split of a full name that is known twice gives it back to the other": Case(
        2, (snapshot("a", WEB, WEB), snapshot("b", WEB)), (Split(frozenset({(A2, ("FQDN", "web.a.example"))})),)
    ),
    "a split of the better key alone leaves the lesser": Case(
        1, feeds(HP1, HP1), (Split(frozenset({(B1, ("SERIAL", "hp", "cz100"))})),)
    ),
    "a split of one of three lets the others join": Case(2, LONE_C, (Split(frozenset({(C1, HOST_KEY)})),)),
    "a split of a clone gives the key back to the other": Case(
        2,
        (snapshot("a", HP1, HP1), snapshot("b", HP1)),
        (Split(frozenset({(A2, ("SERIAL", "hp", "cz100")), (A2, ("BARE_SERIAL", "cz100"))})),),
    ),
    "a join wins over a split": Case(1, feeds(HOST, HOST), (Join(A1, B1), Split(frozenset({(B1, HOST_KEY)})))),
}

CASES = {
    **STRONG_KEYS, **RECORDS, **CLONES, **AMBIGUOUS, **HOSTS, **FULL_NAMES, **PAIRS, **NETWORK, **TIERS, **CROWDS,
    **DECIDED,
}  # fmt: skip


@by_both
@pytest.mark.parametrize("name", CASES)
def test_the_case_gives_as_many_assets_in_every_order(make: Maker, name: str) -> None:
    case = CASES[name]
    inventories = [make(order, case.decisions) for order in permutations(case.imports)]
    assert all(found == inventories[0] for found in inventories)
    assert len(inventories[0]) == case.assets


@pytest.mark.parametrize("name", CASES)
def test_core_and_reference_agree_on_the_case(name: str) -> None:
    case = CASES[name]
    assert pure_inventory(case.imports, case.decisions) == inventory(case.imports, case.decisions)


@by_both
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_without_the_second_machine_the_ambiguous_is_the_first(make: Maker, name: str) -> None:
    assert len(make(AMBIGUOUS[name].imports[:2], [])) == 1


@by_both
def test_a_key_that_is_crowded_no_longer_joins_again(make: Maker) -> None:
    keys = [f"vm-{number}" for number in range(9)]
    crowd = snapshot("c", *({**HOST, "record_key": key} for key in keys))
    replaced = snapshot("c", *({"memory_gb": 8.0, "record_key": key} for key in keys), day=2)
    assert len(make([*feeds(HOST, HOST), crowd, replaced], [])) == 11
    assert len(make([*feeds(HOST, HOST), replaced], [])) == 10


@by_both
def test_a_join_sleeps_and_wakes_with_its_records(make: Maker) -> None:
    a, b = feeds(FIRST, SECOND)
    assert [len(make(imports, [Join(A1, B1)])) for imports in ([a], [b], [a, b])] == [1, 1, 1]
