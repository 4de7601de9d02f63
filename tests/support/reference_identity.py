"""Who is who, as plain Python says it: the rules of identity one after the other, slow, and over all rows at once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import ip_address
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
RECORD_NAMES = ("serial_number", "instance_uuid", "fqdn", "hostname", "asset_name")
STRONG = ("SOURCE_ID", "SERIAL", "INSTANCE_UUID", "CLOUD_ID", "FQDN")
TELLING = ("SERIAL", "INSTANCE_UUID", "CLOUD_ID", "FQDN")
"""Kinds of which one machine has one: two blocks that both have such a key are two machines."""
TIERS = ("BARE_SERIAL", "MAC", "HOST", "IP")
MOST_RECORDS = 8
"""A key that one import gives to more records than this identifies nothing."""

HOUSES = {"hpe": "hp", "hewlett": "hp"}
WELL_KNOWN_ADDRESSES = {"255.255.255.255", "172.17.0.1", "192.168.122.1"}
VIRTUAL_ROUTERS = ("00:00:5e:00:01:", "00:00:0c:07:ac:")
HOST_LIKE = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}(\.[a-z0-9_-]+)*")
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
        telling = TELLING if tier == "BARE_SERIAL" else (*TELLING, "BARE_SERIAL")
        blocks = weakly_joined(blocks, tier, telling)
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
    """Strong keys that one import gives to more than one current record, as clones do."""
    tables = [records_by_key(claim for claim in current if claim.item is item) for item in imports]
    return {key for table in tables for key, records in table.items() if key[0] in STRONG and len(records) > 1}


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


def weakly_joined(blocks: list[Block], tier: str, telling: Iterable[str]) -> list[Block]:
    """The blocks after the keys of a tier joined those that nothing keeps apart."""
    links = []
    for key in {key for block in blocks for key in keys_in(block, tier)}:
        around = [block for block in blocks if key in keys_in(block, tier)]
        carriers = [[claim for claim in block if key in claim.keys] for block in around]
        hosts = {host for block in around for host in keys_in(block, "HOST")}
        reused = tier == "IP" and len(hosts) > 1
        if one_machine(around, telling) and one_for_each_feed(carriers) and not reused:
            links.append({claim for block in around for claim in block})
    result = []
    for whole in united(blocks, links):
        parts = [block for block in blocks if block[0] in whole]
        result += [whole] if one_machine(parts, telling) and one_for_each_feed(parts) else parts
    return result


def keys_in(block: Block, kind: str) -> set[Key]:
    """The keys of one kind that a block's claims carry."""
    return {key for claim in block for key in claim.keys if key[0] == kind}


def one_machine(blocks: Iterable[Block], telling: Iterable[str]) -> bool:
    """Whether no two of the blocks have a key of one telling kind."""
    return all(sum(bool(keys_in(block, kind)) for block in blocks) <= 1 for kind in telling)


def one_for_each_feed(blocks: Iterable[Block]) -> bool:
    """Whether no feed speaks in two of the blocks."""
    feeds = [feed for block in blocks for feed in {claim.item.feed for claim in block}]
    return len(feeds) == len(set(feeds))


def record_of(feed: str, row: Row) -> Record | None:
    """What names the record of a row within its feed: its key as it is written, else a name or address."""
    if row.record_key and identifier(row.record_key):
        return feed, row.record_key
    for name in RECORD_NAMES:
        if value := identifier(row.values.get(name)):
            return feed, f"{name}={value}"
    addresses = row.values.get("ip_address")
    return (feed, f"ip_address={addresses[0].lower()}") if addresses else None


def keys_of(feed: str, row: Row) -> set[Key]:
    """All keys that a row gives, whether they count or not."""
    keys: set[Key] = set()
    if source_id := identifier(row.values.get("source_id")):
        keys.add(("SOURCE_ID", feed, source_id))
        if EC2.fullmatch(source_id) or AZURE.fullmatch(source_id):
            keys.add(("CLOUD_ID", source_id))
    if fqdn := identifier(row.values.get("fqdn")):
        keys.add(("FQDN", fqdn))
    keys |= serial_keys(row) | uuid_keys(identifier(row.values.get("instance_uuid")))
    if row.values.get("asset_type") in MACHINES:
        keys |= {("MAC", mac) for mac in map(identifier, row.values.get("mac_address") or ()) if mac and own_mac(mac)}
        keys |= {("IP", address) for address in row.values.get("ip_address") or () if own_address(address)}
        keys |= {("HOST", host) for host in hosts_of(row)[:1]}
    return keys


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


def hosts_of(row: Row) -> list[str]:
    """The host names that a row gives, the one that counts first."""
    names = [identifier(row.values.get("hostname")), identifier(row.values.get("fqdn"))]
    name = identifier(row.values.get("asset_name"))
    if HOST_LIKE.fullmatch(name) and re.search("[a-z]", name):
        names.append(name)
    return [host for host in (identifier(name.split(".")[0]) for name in names) if host]
