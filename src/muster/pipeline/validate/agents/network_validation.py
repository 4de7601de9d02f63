"""Whether addresses, masks, cards and names on the network are well formed and agree, and what subnets there are.

Nothing holds a row back: a machine with a doubtful address is still a machine. What a reader should look at is a
warning; what only tells (a public address, a card whose address was set by software, the subnets) is information.

- Loopback and link-local addresses are normal beside others; they are told where a row has no other of use. An IPv6
  address that is reachable from everywhere is the rule there and is not told.
- Shared addresses count between machines of different names; where rows have no names, nothing is compared.
- A name contradicts its address where it holds one (`ip-10-0-0-5`) that the row does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.kit.masking import masked
from muster.pipeline.validate import addresses, identifiers, network_cards
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

_W, _I = Severity.WARNING, Severity.INFO
_SPECIAL = ("loopback", "link_local")
_SMALL_SUBNET = 4
_SHOWN = 5
_SEVERAL = 2

_CODES = (
    FindingCode(
        code="bad_address",
        severity=_W,
        title="Not an address",
        template="{field} holds what is no address ({excerpt}); it is left out.",
        advice="Correct it: four numbers from 0 to 255 with points, or an IPv6 address.",
    ),
    FindingCode(
        code="bad_mask",
        severity=_W,
        title="Not a subnet mask",
        template="{field} is no mask ({excerpt}): all ones must come before all zeros.",
        advice="Write it like 255.255.255.0 or /24.",
    ),
    FindingCode(
        code="bad_mac",
        severity=_W,
        title="Not a MAC address",
        template="{field} holds what is no MAC address ({excerpt}); it is left out.",
        advice="Correct it: twelve hexadecimal digits.",
    ),
    FindingCode(
        code="shared_address",
        severity=_W,
        title="Two machines have the same address",
        template="A value of {field} is also that of row {first} (line {first_line}), which is another machine.",
        advice="Check which row is current; clusters and load balancers share addresses rightfully.",
    ),
    FindingCode(
        code="public_address",
        severity=_I,
        title="A public address",
        template="{field} holds an address that the whole internet can reach ({excerpt}).",
        advice="Check that it is meant to be reachable, and plan its change with the migration.",
    ),
    FindingCode(
        code="link_local_address",
        severity=_W,
        title="Only a link-local address",
        template="{field} holds only addresses that a machine gives itself when it gets none ({excerpt}).",
        advice="Check the machine's DHCP or network card, or ask for its real address.",
    ),
    FindingCode(
        code="loopback_address",
        severity=_W,
        title="Only a loopback address",
        template="{field} holds only the address by which a machine means itself ({excerpt}).",
        advice="Ask for the address by which others reach it.",
    ),
    FindingCode(
        code="reserved_address",
        severity=_W,
        title="A reserved address",
        template="{field} holds an address of a range that no machine may have ({excerpt}).",
        advice="Correct it: it is a placeholder, a multicast group or an example.",
    ),
    FindingCode(
        code="address_not_of_a_host",
        severity=_W,
        title="The address of a subnet itself",
        template="{field} ({excerpt}) is the first or last address of its subnet, which no machine can have.",
        advice="Check the address and the mask.",
    ),
    FindingCode(
        code="gateway_outside_subnet",
        severity=_W,
        title="A gateway out of reach",
        template="{field} ({excerpt}) is in no subnet of the row's addresses under its mask.",
        advice="Check gateway, mask and address.",
    ),
    FindingCode(
        code="mac_not_of_a_card",
        severity=_W,
        title="A MAC address that no card has",
        template="{field} holds a group, broadcast or empty address ({excerpt}).",
        advice="Correct it: it identifies no machine.",
    ),
    FindingCode(
        code="mac_set_by_software",
        severity=_I,
        title="A MAC address set by software",
        template="{field} holds an address that no maker assigned ({excerpt}): it may change with the machine's setup.",
        advice="Do not identify the machine by it.",
    ),
    FindingCode(
        code="mac_vendor_contradicts",
        severity=_W,
        title="A card of another platform",
        template="{field} is a virtual card of {card}, but the row says that the machine runs on {platform}.",
        advice="Check whether the machine was moved or cloned, and which of both is current.",
    ),
    FindingCode(
        code="name_contradicts_address",
        severity=_W,
        title="A name with another address",
        template="{field} holds an address that is none of the row's own addresses.",
        advice="Check whether the machine was renamed or got another address.",
    ),
    FindingCode(
        code="subnets_seen",
        severity=_I,
        title="The subnets of the file",
        template="{addresses} IPv4 addresses in {subnets} subnets, taken as /24: {largest}.",
    ),
)

_NAMES = ("asset_name", "hostname", "fqdn")
_MACHINE = (*_NAMES, "instance_uuid", "serial_number", "source_id")
_MAYBE_IN_NAME = r"[0-9][-_.][0-9]+[-_.][0-9]+[-_.][0-9]"
_IN_NAME = r"(?:^|[^0-9.])(\d{1,3})[-_.](\d{1,3})[-_.](\d{1,3})[-_.](\d{1,3})(?:[^0-9.]|\.?$|\.[a-z])"

_ADDRESS, _MAC, _SUBNET = 0, 1, 2
_GATHERED = pl.Schema(
    {
        "about": pl.UInt8,
        "key": pl.UInt64,  # hash of an address; or a subnet's first address
        "machine": pl.UInt64,
        ROW_NUMBER: pl.Int32,
        LINE: pl.Int32,
        "count": pl.UInt32,
    }
)


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    typed = batch.typed
    found = [*_unreadable(batch), *_masks(batch), *_cards(typed), *_names(typed)]
    gathered = [_GATHERED.to_frame(), *_shared_keys(typed)]
    if "ip_address" in typed.columns:
        each = _each_address(typed)
        masked_rows = _with_mask(typed)
        found += [*_kinds(each), *_subnet_ends(masked_rows), *_gateways(masked_rows)]
        gathered.append(_subnets(each))
    return Outcome(found, gathered=pl.concat(gathered))


def _unreadable(batch: Batch) -> list[pl.DataFrame]:
    codes = {"ip_address": "bad_address", "gateway": "bad_address", "mac_address": "bad_mac"}
    return [
        places(batch.failures.filter(field=name), code, name, excerpt=pl.col("excerpt")) for name, code in codes.items()
    ]


def _masks(batch: Batch) -> list[pl.DataFrame]:
    if "subnet_mask" not in batch.typed.columns:
        return []
    text = pl.col("subnet_mask")
    few = batch.typed.select(text.drop_nulls().unique())
    bad = few.filter(addresses.mask(text).is_null() & ~addresses.is_mask_of_ipv6(text)).to_series()
    wrong = batch.typed.filter(text.is_in(bad.implode()))
    return [places(wrong, "bad_mask", "subnet_mask", excerpt=masked(text))]


def _each_address(typed: pl.DataFrame) -> pl.DataFrame:
    """One row per address: row_number, line, address, value (IPv4 as a number) and kind."""
    address = pl.col("address")
    exploded = typed.select(ROW_NUMBER, LINE, pl.col("ip_address").alias("address")).explode("address")
    numbered = exploded.filter(address.is_not_null()).with_columns(addresses.number(address).alias("value"))
    return numbered.with_columns(addresses.kind(address, pl.col("value")).alias("kind"))


def _kinds(each: pl.DataFrame) -> list[pl.DataFrame]:
    """Special addresses; each row once per kind."""
    special = each.filter(pl.col("kind").is_in([*_SPECIAL, "reserved", "public"]))
    excerpt = masked(pl.col("address"))
    others = each.join(special, on=ROW_NUMBER, how="semi").filter(~pl.col("kind").is_in(_SPECIAL))
    found = []
    for kind in ("public", "reserved", *_SPECIAL):
        rows = special.filter(kind=kind).unique(ROW_NUMBER, keep="first", maintain_order=True)
        if kind in _SPECIAL:
            rows = rows.join(others, on=ROW_NUMBER, how="anti", maintain_order="left")
        found.append(places(rows, f"{kind}_address", "ip_address", excerpt=excerpt))
    return found


def _with_mask(typed: pl.DataFrame) -> pl.DataFrame:
    """The rows with a mask, one per IPv4 address: value, mask, and how many addresses the row has."""
    if "subnet_mask" not in typed.columns:
        return typed.select(ROW_NUMBER, LINE).clear()
    masks = typed.select(pl.col("subnet_mask").drop_nulls().unique())
    masks = masks.with_columns(addresses.mask(pl.col("subnet_mask")).alias("mask")).drop_nulls()
    kept = [ROW_NUMBER, LINE, "subnet_mask", "ip_address", *(["gateway"] if "gateway" in typed.columns else [])]
    rows = typed.select(kept).join(masks, on="subnet_mask", how="inner", maintain_order="left")
    several = rows.rename({"ip_address": "address"}).explode("address")
    return several.with_columns(addresses.number(pl.col("address")).alias("value")).filter(
        pl.col("value").is_not_null()
    )


def _subnet_ends(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Single addresses that are the first or last of their subnet; of several, the mask is not known to be theirs."""
    if rows.is_empty():
        return []
    own = pl.lit(0xFFFF_FFFF, dtype=pl.UInt32) - pl.col("mask")
    place = pl.col("value") & own
    ends = rows.filter(pl.col(ROW_NUMBER).is_unique(), own >= _SMALL_SUBNET - 1, (place == 0) | (place == own))
    return [places(ends, "address_not_of_a_host", "ip_address", excerpt=masked(pl.col("address")))]


def _gateways(rows: pl.DataFrame) -> list[pl.DataFrame]:
    if rows.is_empty() or "gateway" not in rows.columns:
        return []
    gateway = addresses.number(pl.col("gateway"))
    rows = rows.with_columns(gateway.alias("door")).filter(pl.col("door").is_not_null())
    reached = rows.filter((pl.col("door") & pl.col("mask")) == (pl.col("value") & pl.col("mask")))
    outside = rows.join(reached, on=ROW_NUMBER, how="anti", maintain_order="left")
    once = outside.unique(ROW_NUMBER, keep="first", maintain_order=True)
    return [places(once, "gateway_outside_subnet", "gateway", excerpt=masked(pl.col("gateway")))]


def _cards(typed: pl.DataFrame) -> list[pl.DataFrame]:
    if "mac_address" not in typed.columns:
        return []
    each = network_cards.each_card(typed)
    params = {"card": pl.col("card"), "platform": pl.col("platform")}
    wrong = network_cards.of_another_platform(each).unique(ROW_NUMBER, keep="first", maintain_order=True)
    return [
        _once(each.filter(network_cards.is_no_card(pl.col("mac"))), "mac_not_of_a_card"),
        _once(each.filter(network_cards.is_set_by_software(pl.col("mac"), pl.col("card"))), "mac_set_by_software"),
        places(wrong, "mac_vendor_contradicts", "mac_address", params=params),
    ]


def _once(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    once = rows.unique(ROW_NUMBER, keep="first", maintain_order=True)
    return places(once, code, "mac_address", excerpt=masked(pl.col("mac")))


def _names(typed: pl.DataFrame) -> list[pl.DataFrame]:
    """Names that hold a private address, or one after `ip`, forwards or backwards."""
    if "ip_address" not in typed.columns:
        return []
    frames = []
    has_ipv4 = pl.col("ip_address").list.eval(pl.element().str.contains(".", literal=True)).list.any()
    untold = typed.select(ROW_NUMBER, LINE, "ip_address", *(name for name in _NAMES if name in typed.columns))
    for name in _NAMES:
        if name not in typed.columns:
            continue
        text = pl.col(name).str.to_lowercase()
        candidates = untold.filter(pl.col(name).str.contains(_MAYBE_IN_NAME)).filter(
            has_ipv4, text.str.contains(_IN_NAME)
        )
        octets = text.str.extract_groups(_IN_NAME)
        held, turned = (
            pl.concat_str([octets.struct.field(str(place)) for place in order], separator=".")
            for order in ((1, 2, 3, 4), (4, 3, 2, 1))
        )
        is_private = addresses.kind(held, addresses.number(held)) == "private"
        rows = candidates.filter(is_private | text.str.starts_with("ip-"))
        # a pair of machines may bear both addresses in its name
        own = rows.select(ROW_NUMBER, text.alias("text"), held.alias("held"), turned.alias("turned"), "ip_address")
        own = own.explode("ip_address").filter(
            (pl.col("ip_address") == pl.col("held"))
            | (pl.col("ip_address") == pl.col("turned"))
            | pl.col("text").str.contains(pl.col("ip_address"), literal=True)
        )
        wrong = rows.join(own, on=ROW_NUMBER, how="anti", maintain_order="left")
        frames.append(places(wrong, "name_contradicts_address", name))
        untold = untold.join(wrong, on=ROW_NUMBER, how="anti", maintain_order="left")
    return frames


def _shared_keys(typed: pl.DataFrame) -> list[pl.DataFrame]:
    """The addresses of each machine that has a name, once per batch."""
    known = [pl.col(name).str.to_lowercase() for name in _MACHINE if name in typed.columns]
    if not known:
        return []
    machine = pl.coalesce(known)
    named = typed.filter(machine.is_not_null()).with_columns(machine.hash().alias("machine"))
    frames = []
    for about, name in ((_ADDRESS, "ip_address"), (_MAC, "mac_address")):
        if name in typed.columns:
            keys = named.select(ROW_NUMBER, LINE, "machine", identifiers.address_keys(name).alias("key")).explode("key")
            once = keys.filter(pl.col("key").is_not_null()).unique(
                ["machine", "key"], keep="first", maintain_order=True
            )
            frames.append(_line(once.with_columns(pl.lit(about).alias("about"))))
    return frames


def _subnets(each: pl.DataFrame) -> pl.DataFrame:
    usual = each.filter(pl.col("kind").is_in(["private", "public"]))
    subnet = pl.col("value") // 256 * 256
    counted = usual.group_by(subnet.cast(pl.UInt64).alias("key")).agg(pl.len().alias("count"))
    return _line(counted.with_columns(pl.lit(_SUBNET).alias("about")))


def _line(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in _GATHERED.items()
    )


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    found = [_shared(view.gathered, _ADDRESS, "ip_address"), _shared(view.gathered, _MAC, "mac_address")]
    subnets = (
        view.gathered.filter(about=_SUBNET)
        .group_by("key")
        .agg(pl.sum("count"))
        .sort(["count", "key"], descending=[True, False])
    )
    if subnets.height < _SEVERAL:
        return Outcome(found)
    first = subnets.head(_SHOWN).select(addresses.written(pl.col("key")), "count").iter_rows()
    largest = ", ".join(f"{base}/24 ({count})" for base, count in first)
    params = params_json(
        addresses=int(subnets.get_column("count").sum()),
        subnets=subnets.height,
        largest=largest + (", and others" if subnets.height > _SHOWN else ""),
    )
    told = findings_frame([{"code": "subnets_seen", "field": "ip_address", "params": params}])
    return Outcome([*found, told], metrics={"subnets": float(subnets.height)})


def _shared(gathered: pl.DataFrame, about: int, name: str) -> pl.DataFrame:
    """Each machine that has an address of an earlier one, once."""
    keys = gathered.filter(about=about).filter(pl.col("key").is_duplicated())
    pairs = keys.with_columns(
        pl.first("machine").over("key").alias("owner"),
        pl.first(ROW_NUMBER).over("key").alias("first"),
        pl.first(LINE).over("key").alias("first_line"),
    ).filter(pl.col("machine") != pl.col("owner"))
    once = pairs.unique(["machine"], keep="first", maintain_order=True)
    params = {"first": pl.col("first"), "first_line": pl.col("first_line")}
    return places(once.sort(ROW_NUMBER), "shared_address", name, params=params)


AGENT = Agent(
    id="network_validation",
    title="Network",
    description="Addresses, masks and cards that are malformed, special, shared or contradict names; subnets seen.",
    codes=_CODES,
    needs=("ip_address", "mac_address", "subnet_mask", "gateway"),
    check_batch=_check_batch,
    check_table=_check_table,
)
