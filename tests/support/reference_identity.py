"""Who is who, as plain Python says it: the rules of identity one after the other, slow, and over all rows at once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import combinations
from typing import TYPE_CHECKING

from support.reference_words import Import, Join, Key, Record, Row, Split

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from support.reference_words import Decision

JUNK = {
    "to be filled by o.e.m.",
    "system manufacturer",
    "0000",
    "test",
    "localhost",
    "localhost.localdomain",
    "00000000-0000-0000-0000-000000000000",
    "02:00:00:00:00:00",
}
"""A few of the words that identify nothing; made-up imports use no others."""

MACHINES = {
    *(None, "server", "virtual_machine", "network_device", "load_balancer", "storage"),
    *("desktop", "printer", "container"),
}
NUMBERS = ("serial_number", "instance_uuid")
NAMES = ("fqdn", "hostname", "asset_name")
"""A number and a name, the first there is of each, name the record of a machine that has no key."""

STRONG = ("SOURCE_ID", "SERIAL", "INSTANCE_UUID", "CLOUD_ID")
BUILT_IN = ("SERIAL", "INSTANCE_UUID", "CLOUD_ID")
"""Kinds of which a machine keeps one for life."""
TELLING = {
    "BARE_SERIAL": (*BUILT_IN, "FQDN"),
    **dict.fromkeys(("HOST_IP", "MAC", "HOST", "IP"), (*BUILT_IN, "FQDN", "BARE_SERIAL")),
}
"""For each tier the kinds of which one machine has one: two blocks that both have such a key are two machines."""
TIERS = ("FQDN", *TELLING)
MOST_RECORDS = 8
"""A key that one import gives to more records than this identifies nothing."""

HOUSES = {"hpe": "hp", "hewlett": "hp"}
WELL_KNOWN_ADDRESSES = {"255.255.255.255", "172.17.0.1", "192.168.122.1"}
VIRTUAL_ROUTERS = ("00:00:5e:00:01:", "00:00:0c:07:ac:")
HOST_LIKE = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}(\.[a-z0-9_-]+)*")
FULL_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
IS_ADDRESS = re.compile(r"(\d{1,3}\.){3}\d{1,3}(\.|$)")
SPELLS_ADDRESS = re.compile(r"(^|[a-z-])(\d{1,3}[-_.]){3}\d{1,3}$")
EC2 = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AZURE = re.compile(f"/subscriptions/{UUID.pattern}/.+")
VMWARE_SERIAL = re.compile(r"vmware-(([0-9a-f]{2}[ -]?){16})")


@dataclass(eq=False)
class Claim:
    """One row of one import, the record it speaks of, and the keys that it carries and that count."""

    item: Import
    place: int
    row: Row
    record: Record | None
    keys: set[Key]


Block = list[Claim]


def assets_of(imports: Sequence[Import], decisions: Sequence[Decision]) -> list[Block]:
    """The current claims of each asset."""
    current = current_claims(imports)
    crowded = crowded_keys(imports)
    taken = {pair for decision in decisions if isinstance(decision, Split) for pair in decision.pairs}
    for claim in current:
        claim.keys = {key for key in claim.keys if key not in crowded and (claim.record, key) not in taken}
    vague = vague_keys(imports, current)
    for claim in current:
        claim.keys -= vague
    blocks = united([[claim] for claim in current], strong_links(current, decisions))
    for tier in TIERS:
        blocks = weakly_joined(blocks, tier)
    return blocks


def claims_of(imports: Iterable[Import]) -> list[Claim]:
    """All claims, with every key that their rows give."""
    return [
        Claim(item, place, row, record_of(item.feed, row), keys_of(item.feed, row))
        for item in imports
        for place, row in enumerate(item.rows)
    ]


def current_claims(imports: Iterable[Import]) -> list[Claim]:
    """The claims of the newest import that speaks of their record, and those of records without a name."""
    claims = claims_of(imports)
    newest: dict[Record, tuple[int, str]] = {}
    for claim in claims:
        if claim.record:
            newest[claim.record] = max(newest.get(claim.record, claim.item.age), claim.item.age)
    return [claim for claim in claims if claim.record is None or newest[claim.record] == claim.item.age]


def crowded_keys(imports: Iterable[Import]) -> set[Key]:
    """Keys that one import gives to many records."""
    tables = [records_by_key(claims_of([item])) for item in imports]
    return {key for table in tables for key, records in table.items() if len(records) > MOST_RECORDS}


def vague_keys(imports: Iterable[Import], current: Iterable[Claim]) -> set[Key]:
    """Strong keys and full names that one import gives to more than one current record, as clones do."""
    tables = [records_by_key(claim for claim in current if claim.item is item) for item in imports]
    said_twice = {key for table in tables for key, records in table.items() if len(records) > 1}
    return {key for key in said_twice if key[0] in {*STRONG, "FQDN"}}


def records_by_key(claims: Iterable[Claim]) -> dict[Key, set[object]]:
    """The records that carry each key; a row whose record has no name is a record of its own."""
    records: dict[Key, set[object]] = defaultdict(set)
    for claim in claims:
        for key in claim.keys:
            records[key].add(claim.record or claim)
    return records


def strong_links(current: Iterable[Claim], decisions: Iterable[Decision]) -> list[set[Claim]]:
    """Claims that are of one record, share a strong key, or were joined by a person."""
    links: dict[object, set[Claim]] = defaultdict(set)
    for claim in current:
        links[claim.record or claim].add(claim)
        for key in claim.keys:
            if key[0] in STRONG:
                links[key].add(claim)
        for decision in decisions:
            if isinstance(decision, Join) and claim.record in {decision.a, decision.b}:
                links[decision].add(claim)
    return list(links.values())


def united(blocks: list[Block], links: Iterable[set[Claim]]) -> list[Block]:
    """The blocks, made one where a link touches several."""
    for link in links:
        touched = [block for block in blocks if not link.isdisjoint(block)]
        blocks = [block for block in blocks if link.isdisjoint(block)]
        blocks.append([claim for block in touched for claim in block])
    return blocks


def weakly_joined(blocks: list[Block], tier: str) -> list[Block]:
    """The blocks after the keys of a tier joined those that nothing keeps apart."""
    links = []
    for key in {key for block in blocks for key in keys_in(block, tier)}:
        around = [block for block in blocks if key in keys_in(block, tier)]
        if not (clash(around, tier) or listed_twice(around, key) or used_again(around, key)):
            links.append({claim for block in around for claim in block})
    result = []
    for whole in united(blocks, links):
        parts = [block for block in blocks if block[0] in whole]
        result += parts if clash(parts, tier) else [whole]
    return result


def keys_in(block: Block, kind: str) -> set[Key]:
    """The keys of one kind that a block's claims carry."""
    return {key for claim in block for key in claim.keys if key[0] == kind}


def clash(blocks: Sequence[Block], tier: str) -> bool:
    """Whether what the blocks are known by says that they are not one machine.

    A full name may join two machines' numbers, which sources do get wrong, unless one feed knows both machines.
    """
    if tier == "FQDN":
        return any(known_by_one_feed(*pair) and both_have(pair, BUILT_IN) for pair in combinations(blocks, 2))
    return any(both_have(pair, TELLING[tier]) for pair in combinations(blocks, 2))


def both_have(pair: tuple[Block, Block], kinds: Iterable[str]) -> bool:
    """Whether both blocks have a key of one of the kinds."""
    return any(all(keys_in(block, kind) for block in pair) for kind in kinds)


def known_by_one_feed(a: Block, b: Block) -> bool:
    """Whether a feed speaks in both blocks."""
    return not {claim.item.feed for claim in a}.isdisjoint(claim.item.feed for claim in b)


def listed_twice(blocks: Iterable[Block], key: Key) -> bool:
    """Whether one import gives the key to two of the blocks; what names a host and its address may be said twice."""
    if key[0] in {"FQDN", "HOST_IP"}:
        return False
    lists = [item for block in blocks for item in {id(claim.item) for claim in block if key in claim.keys}]
    return len(lists) > len(set(lists))


def used_again(blocks: Iterable[Block], key: Key) -> bool:
    """Whether the key is an address around which there are two host names."""
    return key[0] == "IP" and len({host for block in blocks for host in keys_in(block, "HOST")}) > 1


def is_machine(row: Row) -> bool:
    """Whether a row speaks of what has names and addresses of its own in a network."""
    return row.values.get("asset_type") in MACHINES


def record_of(feed: str, row: Row) -> Record | None:
    """What names the record of a row within its feed: its key as it is written, else number and name, else address."""
    if row.record_key and identifier(row.record_key):
        return feed, row.record_key
    words = [first_of(row, NUMBERS), first_of(row, NAMES)] if is_machine(row) else [first_of(row, ["asset_name"])]
    if any(words):
        return feed, "|".join(filter(None, words))
    addresses = is_machine(row) and row.values.get("ip_address")
    return (feed, f"ip_address={addresses[0].lower()}") if addresses else None


def first_of(row: Row, fields: Iterable[str]) -> str:
    """The first of the fields that says something, and what it says; empty when none does."""
    said = [f"{name}={value}" for name in fields if (value := identifier(row.values.get(name)))]
    return said[0] if said else ""


def keys_of(feed: str, row: Row) -> set[Key]:
    """All keys that a row gives, whether they count or not."""
    keys: set[Key] = set()
    if source_id := identifier(row.values.get("source_id")):
        keys.add(("SOURCE_ID", feed, source_id))
        if EC2.fullmatch(source_id) or AZURE.fullmatch(source_id):
            keys.add(("CLOUD_ID", source_id))
    keys |= serial_keys(row) | uuid_keys(identifier(row.values.get("instance_uuid")))
    return keys | network_keys(row) if is_machine(row) else keys


def network_keys(row: Row) -> set[Key]:
    """The keys by which a machine is known in its network."""
    keys: set[Key] = {("FQDN", name) for name in full_names_of(row)[:1]}
    hosts = hosts_of(row)[:1]
    addresses = [address for address in row.values.get("ip_address") or () if own_address(address)]
    keys |= {("HOST", host) for host in hosts} | {("IP", address) for address in addresses}
    keys |= {("HOST_IP", host, address) for host in hosts for address in addresses}
    return keys | {("MAC", mac) for mac in map(identifier, row.values.get("mac_address") or ()) if mac and own_mac(mac)}


def identifier(text: str | None) -> str:
    """A value as identifiers are compared; empty when it identifies nothing."""
    word = (text or "").strip().lower()
    return "" if word in JUNK else word


def serial_keys(row: Row) -> set[Key]:
    """The keys in a serial number; one that spells a UUID is no serial number."""
    serial = identifier(row.values.get("serial_number"))
    if spelled := VMWARE_SERIAL.fullmatch(serial):
        digits = re.sub("[ -]", "", spelled[1])
        return uuid_keys("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))
    if len(serial) < 4:
        return set()
    keys: set[Key] = {("BARE_SERIAL", serial)}
    if words := re.findall(r"[^\W_]+", identifier(row.values.get("manufacturer"))):
        keys.add(("SERIAL", HOUSES.get(words[0], words[0]), serial))
    return keys


def uuid_keys(uuid: str) -> set[Key]:
    """The key in a UUID, the same for both orders in which machines write the bytes of the first three groups."""
    if not UUID.fullmatch(uuid):
        return set()
    swapped = "-".join(bytes.fromhex(part)[::-1].hex() for part in uuid.split("-")[:3]) + uuid[18:]
    smaller = identifier(min(uuid, swapped))
    return {("INSTANCE_UUID", smaller)} if smaller else set()


def own_mac(mac: str) -> bool:
    """Whether a MAC address can belong to one machine: no group's, not zero, no virtual router's."""
    return int(mac[:2], 16) % 2 == 0 and mac != "00:00:00:00:00:00" and not mac.startswith(VIRTUAL_ROUTERS)


def own_address(text: str) -> bool:
    """Whether an address can belong to one machine."""
    address = ip_address(text)
    nobodys = address.is_loopback or address.is_unspecified or address.is_link_local or address.is_multicast
    return not nobodys and text not in WELL_KNOWN_ADDRESSES


def full_names_of(row: Row) -> list[str]:
    """The full names that a row gives, the one that counts first; with a host name its asset name says nothing."""
    fqdn, hostname, name = (own_name(row, field) for field in ("fqdn", "hostname", "asset_name"))
    if fqdn or hostname:
        return [fqdn] if fqdn else []
    return [name] if FULL_NAME.fullmatch(name) else []


def hosts_of(row: Row) -> list[str]:
    """The host names that a row gives, the one that counts first."""
    names = [own_name(row, "hostname"), own_name(row, "fqdn")]
    name = identifier(row.values.get("asset_name"))
    if HOST_LIKE.fullmatch(name) and re.search("[a-z]", name):
        names.append(name)
    return [host for host in (identifier(name.split(".")[0]) for name in names) if host]


def own_name(row: Row, field: str) -> str:
    """The name in a field; empty when it only spells an address, as names that a network hands out do."""
    name = identifier(row.values.get(field))
    return "" if SPELLS_ADDRESS.search(name.split(".")[0]) or IS_ADDRESS.match(name) else name
