"""Made-up engagements in which everything collides: few serials, names and addresses, several feeds and days.

They are drawn by plain functions of a `random.Random`: hypothesis hands over one of its own, which it can shrink; a
test that wants many engagements at once hands over a seeded one, the same lists, and a `world` for each. Worlds share
no identifier but junk that names no record, so that the inventory of several is the inventories of each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from support.reference_identity import claims_of, record_of
from support.reference_words import Decision, Edit, Import, Join, Row, Split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from support.reference_words import Key, Record

WORLDS = 900
"""So many worlds can be told apart."""

Engagement = tuple[list[Import], list[Decision]]

FEEDS = (("rvtools", "a"), ("rvtools", "b"), ("servicenow", "a"), ("generic", "a"), ("generic", "b"))
CLEARABLE = ("memory_gb", "business_owner", "ip_address", "operating_system", "asset_type", "hostname", "custom:tier")
NAMING = ("asset_name", "hostname", "fqdn", "serial_number", "instance_uuid", "ip_address")
TOGETHER = (
    *(("hostname", name) for name in ("ip_address", "asset_name", "mac_address")),
    *(("asset_name", "ip_address"), ("hostname", "ip_address", "mac_address")),
    *(("serial_number", "manufacturer", name) for name in ("fqdn", "hostname", "asset_name", "ip_address")),
    *(("instance_uuid", name) for name in ("fqdn", "hostname", "asset_name", "mac_address")),
    *(("asset_type", "asset_name"), ("asset_type", "serial_number"), ("asset_type", "hostname", "ip_address")),
)
"""Fields that mean more in one row than each by itself."""
LISTS = {"ip_address", "mac_address"}


def vocabulary(world: int) -> dict[str, list[Any]]:
    """For each field what a made-up row can say, in one world."""
    high, low = divmod(world, 256)
    tail = f"bbbb{world:08x}"
    spelled = f"aa aa {tail[:2]} {tail[2:4]} {tail[4:6]} {tail[6:8]} {tail[8:10]} {tail[10:]}"
    web, db, handed_out = f"web{world}", f"db{world}", f"ip-10-{high}-{low}-1"
    return {
        "asset_name": [
            *(web, f"{web.upper()}.a.example", db, f"{web}.b.example", f"Web server {world}", "test", f"7{world}"),
            *(handed_out, f"{handed_out}.a.example", f"_{db}.a.example", f"localhost.a{world}.example"),
        ],
        "hostname": [web, web.title(), db, f"{web}.a.example", "localhost", handed_out, f"{handed_out}.a.example"],
        "fqdn": [
            *(f"{web}.a.example", f"{web}.b.example", f"{db}.a.example", f"localhost.a{world}.example", "test"),
            *(f"{handed_out}.a.example", handed_out, f"{web}-10-1-2-3.a.example"),
        ],
        "serial_number": [
            *(f"CZ{world}100", f"cz{world}100", f"CZ{world}200", f"CZ{world}300", f"{world % WORLDS + 1}"),
            *("To be filled by O.E.M.", f"VMware-56 4d 4c bc c6 a9 19 69-{spelled}"),
        ],
        "manufacturer": ["HPE", "Hewlett-Packard", "Dell Inc.", "System manufacturer"],
        "instance_uuid": [
            f"564d4cbc-c6a9-1969-aaaa-{tail}",
            f"bc4c4d56-a9c6-6919-aaaa-{tail}",
            f"4c4c4544-0042-4a10-8051-{tail}",
            "00000000-0000-0000-0000-000000000000",
        ],
        "source_id": [
            *(f"sys-{world}-1", f"SYS-{world}-1", f"sys-{world}-2", f"i-0abc{world:013x}", "0000"),
            f"/subscriptions/{world:08x}-0000-4000-8000-000000000000/resourceGroups/r/providers/Microsoft.Compute/vm/v",
        ],
        "mac_address": [
            *(f"00:50:56:{high:02x}:{low:02x}:01", f"00:50:56:{high:02x}:{low:02x}:02", "02:00:00:00:00:00"),
            *("00:00:5e:00:01:07", "01:00:5e:00:00:01", "00:00:0c:07:ac:01"),
        ],
        "ip_address": [
            *(f"10.{high}.{low}.1", f"10.{high}.{low}.2", f"2001:db8::{world:x}:1", f"127.{high}.{low}.1"),
            *(f"169.254.{high}.{low}", f"fe80::1:{world:x}"),
        ],
        "asset_type": ["server", "application", "virtual_machine", "container", "database"],
        "memory_gb": [8.0, 16.0, 32.0],
        "cpu_cores": [1, 2, 3],
        "cpu_utilization_percent": [10.0, 20.0, 30.0],
        "operating_system": ["Ubuntu 24.04", "Windows Server 2022"],
        "business_owner": ["team-a", "team-b"],
        "custom:tier": ["gold", "silver", 'no "tier"\tyet\\'],
        "custom:cost_center": ["0012", "12", "zürich"],
    }


def word(random: Random, name: str, choices: dict[str, list[Any]]) -> Any:
    """A value for a field; the first few of its words are likelier than junk."""
    if name in LISTS:
        return sorted({word_of(random, choices[name]) for _ in range(random.randint(1, 2))})
    return word_of(random, choices[name])


def word_of(random: Random, words: Sequence[Any]) -> Any:
    """One of the words; three times out of four one of the first three."""
    return random.choice(words[:3] if random.randrange(4) else words)


def draw_row(random: Random, choices: dict[str, list[Any]], world: int) -> Row:
    """One row with a handful of values; few are left without anything that names their record."""
    names = set(random.sample(sorted(choices), random.randint(1, 6)))
    if random.randrange(2):
        names = {*random.choice(TOGETHER), *random.sample(sorted(names), random.randint(0, min(2, len(names))))}
    values = {name: word(random, name, choices) for name in sorted(names)}
    clears = frozenset({random.choice(CLEARABLE)} if random.randrange(8) == 0 else ())
    for name in clears:
        values.pop(name, None)
    if not values.keys() & set(NAMING) and random.randrange(8):
        values["asset_name"] = word(random, "asset_name", choices)
    key = random.choice([None, None, None, f"vm-{world}-1", f"VM-{world}-1", f"vm-{world}-2", "0000"])
    return Row(key, clears, dict(sorted(values.items())))


def draw_crowd(random: Random, choices: dict[str, list[Any]], world: int) -> list[Row]:
    """Rows that all say one thing, of as many records as a key may have, or of one more."""
    shared = [(name,) for name in ("serial_number", "mac_address", "hostname", "ip_address", "fqdn", "instance_uuid")]
    names = random.choice([*shared, ("hostname", "ip_address")])
    values = {name: word(random, name, choices) for name in names}
    return [Row(f"many-{world}-{number}", values=dict(values)) for number in range(random.randint(8, 9))]


def draw_twin(random: Random, choices: dict[str, list[Any]], world: int) -> Row:
    """One of three records that have a number each and often one full name: rarely in one import, well in one feed."""
    names = ("fqdn", random.choice(["serial_number", "instance_uuid", "source_id"]), "manufacturer")
    return Row(f"twin-{world}-{random.randrange(3)}", values={name: word(random, name, choices) for name in names})


def draw_lists(random: Random, most: int = 4) -> list[Import]:
    """Up to `most` imports with different bytes and no rows yet; many are of one feed."""
    lists: list[Import] = []
    for number in random.sample(range(most), random.randint(1, most)):
        source, name = random.choice(FEEDS)
        feed = f"{source}:{name}"
        if lists and random.randrange(2):
            before = random.choice(lists)
            source, feed = before.source, before.feed
        sha256 = f"{number:02d}".ljust(64, "0")
        lists.append(Import(source, feed, random.randint(1, 4), sha256, (), random.randrange(5) == 0))
    return lists


def filled(random: Random, lists: Sequence[Import], world: int = 0) -> list[Import]:
    """The imports with rows of one world; some repeat what another import of their feed says."""
    choices = vocabulary(world)
    imports: list[Import] = []
    for item in lists:
        rows = [draw_row(random, choices, world) for _ in range(random.randint(1, 4))]
        known = [row for other in imports if other.feed == item.feed for row in other.rows]
        rows += random.sample(known, random.randint(0, min(3, len(known))))
        if random.randrange(4) == 0:
            rows.append(draw_twin(random, choices, world))
        if random.randrange(25) == 0:
            rows += draw_crowd(random, choices, world)
        random.shuffle(rows)
        imports.append(replace(item, rows=tuple(rows)))
    return imports


def draw_imports(random: Random, most: int = 4, world: int = 0) -> list[Import]:
    """Up to `most` imports of one world."""
    return filled(random, draw_lists(random, most), world)


def draw_decisions(random: Random, imports: Sequence[Import], most: int = 3, world: int = 0) -> list[Decision]:
    """Up to `most` decisions about records of the imports and about keys that their rows give."""
    rows = [(item.feed, row) for item in imports for row in item.rows]
    records = sorted({record for feed, row in rows if (record := record_of(feed, row))})
    carried = sorted({(claim.record, key) for claim in claims_of(imports) if claim.record for key in claim.keys})
    if not records:
        return []
    decisions: list[Decision] = []
    for number in range(random.randint(0, most)):
        kind = random.randrange(3)
        if kind == 0 and len(records) > 1:
            decisions.append(Join(*random.sample(records, 2)))
        elif kind == 1 and carried:
            decisions.append(draw_split(random, carried))
        else:
            decisions.append(draw_edit(random, records, number, world))
    return decisions


def draw_split(random: Random, carried: Sequence[tuple[Record, Key]]) -> Split:
    """A few keys taken from the records that carry them: any, or of one kind, each kind as likely as another."""
    kind = random.choice(sorted({key[0] for _, key in carried}))
    among = random.choice([carried, [pair for pair in carried if pair[1][0] == kind]])
    return Split(frozenset(random.sample(among, random.randint(1, min(3, len(among))))))


def draw_edit(random: Random, records: Sequence[Record], number: int, world: int) -> Edit:
    """A value, or emptiness, that somebody wrote on what one of the records speaks of."""
    choices = vocabulary(world)
    known = [*records, (records[0][0], "asset_name=gone")]
    anchors = tuple(random.sample(known, random.randint(1, min(3, len(known)))))
    name = random.choice(["asset_name", "hostname", "ip_address", "memory_gb", "business_owner", "operating_system"])
    clears = random.randrange(4) == 0
    return Edit(anchors, name, None if clears else word(random, name, choices), clears, number)


def draw_engagement(random: Random, most: int = 4) -> Engagement:
    """Imports, and decisions about them half of the time."""
    imports = draw_imports(random, most)
    return imports, draw_decisions(random, imports) if random.randrange(2) else []


def import_sets(most: int = 4) -> st.SearchStrategy[list[Import]]:
    """Up to `most` imports of one engagement."""
    return st.builds(draw_imports, st.randoms(use_true_random=False), st.just(most))


def engagements(most: int = 4) -> st.SearchStrategy[Engagement]:
    """Up to `most` imports of one engagement, and decisions about them."""
    return st.builds(draw_engagement, st.randoms(use_true_random=False), st.just(most))
