"""The review queue: what a person should look at, the most promising first, and what they decide."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl

from muster.db.bulk_read import read_frame
from muster.db.repos import claims as claims_repo
from muster.db.repos import decisions as decisions_repo
from muster.db.repos import inventory as inventory_repo
from muster.domain.decisions import Join, Leave
from muster.domain.errors import InvalidRequestError, NotFoundError
from muster.pipeline.enrich.keys import KeyKind, key_ref, record_names
from muster.pipeline.enrich.review import COMPARED_FIELDS, Suggestion, candidates, name_likeness, scored, side_of
from muster.services.edit_assets import merge_assets, split_asset
from muster.services.inventory.claims_of_id import claims_of_id
from muster.services.inventory.decide import open_desk
from muster.services.inventory.key_index import unpack
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.placement import placed_claims
from muster.services.inventory.redirect import current_asset_id
from muster.services.paging import FIRST_PAGE, Page, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muster.domain.decisions import Decision, KeyRef
    from muster.domain.tenant import RequestContext
    from muster.pipeline.enrich.review import Scored
    from muster.services.context import Services
    from muster.services.inventory.decide import Decided
    from muster.services.inventory.ledger import Ledger
    from muster.services.paging import PageRequest

_FIELDS = ("asset_name", *COMPARED_FIELDS, "hostname", "fqdn", "serial_number", "ip_address", "mac_address")
_ID_LENGTH = 64  # two ids of claims, 32 hexadecimal digits each
_WORDS = {
    KeyKind.SOURCE_ID: ("id in the source", "source_id"),
    KeyKind.SERIAL: ("serial number and manufacturer", "serial_number"),
    KeyKind.INSTANCE_UUID: ("instance UUID", "instance_uuid"),
    KeyKind.CLOUD_ID: ("cloud id", "source_id"),
    KeyKind.FQDN: ("fully qualified name", "fqdn"),
    KeyKind.BARE_SERIAL: ("serial number", "serial_number"),
    KeyKind.MAC: ("network card address", "mac_address"),
    KeyKind.HOST: ("host name", "hostname"),
    KeyKind.IP: ("network address", "ip_address"),
}
"""What each kind of key is called, and the field it stands in."""


@dataclass(frozen=True, slots=True)
class ReviewedAsset:
    """One side of a review: the asset, its name, and the record (claim) that the review is about."""

    asset_id: UUID
    asset_name: str | None
    claim_id: UUID


@dataclass(frozen=True, slots=True)
class Review:
    """Two assets that may be one, or two records of one asset that may be two things.

    `score` lies between 0 and 100: how much speaks for the change. `evidence` are sentences.
    """

    id: str
    suggestion: Suggestion
    score: int
    left: ReviewedAsset
    right: ReviewedAsset
    evidence: tuple[str, ...]


async def list_reviews(services: Services, context: RequestContext, page: PageRequest = FIRST_PAGE) -> Page[Review]:
    """One page of the review queue, the highest score first; at most 1,000 reviews in all.

    The queue is computed from the keys of the whole engagement; what somebody decided is not shown again.
    """
    last = decode_cursor(page.cursor, int, str)
    after = (0, "") if last is None else (-int(last[0]), str(last[1]))
    queue = [review for review in await _queue(services, context) if last is None or (-review.score, review.id) > after]
    items = tuple(queue[: page.limit])
    more = len(queue) > page.limit
    return Page(items, encode_cursor(items[-1].score, items[-1].id) if more else None)


async def decide_review(
    services: Services, context: RequestContext, review_id: str, verdict: Suggestion, reason: str | None = None
) -> Decided:
    """Decide a review: join two assets, split one, or leave things as they are; the review is shown no more.

    Raises NotFoundError when its records are gone, InvalidRequestError for what is no id of a review, when what is to
    be joined is one asset already or what is to be split is two, or when no source names one of the records; BusyError.
    """
    left, right = _claim_ids(review_id)
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services) as ledger,
    ):
        assets = [await current_asset_id(ledger, claim) for claim in (left, right)]
        if assets[0] is None or assets[1] is None:
            raise NotFoundError("There is no such review: its records are gone.", review_id=review_id)
        one = assets[0] == assets[1]
        going = await _going(ledger, left, right) if one and verdict is Suggestion.SPLIT else []
    match verdict:
        case Suggestion.JOIN if not one:
            return await merge_assets(services, context, [assets[0], assets[1]], reason)
        case Suggestion.SPLIT if one:
            return await split_asset(services, context, assets[0], going, reason)
        case Suggestion.LEAVE:
            return await _leave(services, context, left, right, reason)
    words = "These records are one asset already" if one else "These are two assets already"
    raise InvalidRequestError(f"{words}: say leave to keep it so.", field="verdict")


async def _queue(services: Services, context: RequestContext) -> list[Review]:
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services) as ledger,
    ):
        roster = ledger.roster
        active = roster.active()
        blocks = await claims_repo.key_blocks(db, context.tenant, [item.import_id for item in active])
        placed = [pl.DataFrame(schema={"claim": pl.Int64, "asset": pl.Int64})]
        placed += [await placed_claims(ledger, item) for item in active]
        settled = _settled(await decisions_repo.read_decisions(db, context.tenant))
        keys = await asyncio.to_thread(unpack, blocks, roster)
        del blocks
        assets = pl.concat(placed)
        pairs = await asyncio.to_thread(candidates, keys, assets, roster.snapshots, roster.rulings, settled)
        del keys
        values = await asyncio.to_thread(_values, ledger, pairs)
    known = pairs.filter(pl.col("left_asset").is_in(list(values)), pl.col("right_asset").is_in(list(values)))
    found = [_review(ledger, item, values) for item in await asyncio.to_thread(scored, known, values)]
    return sorted(found, key=lambda review: (-review.score, review.id))


def _settled(decisions: Sequence[Decision]) -> pl.DataFrame:
    """The pairs of records that a decision that holds joins or leaves as they are."""
    bodies = [
        decision.body
        for decision in decisions
        if decision.undone_at is None and isinstance(decision.body, Join | Leave)
    ]
    rows = [(body.left.hash, body.left.check, body.right.hash, body.right.check) for body in bodies]
    schema = {"left_hash": pl.Int64, "left_check": pl.UInt32, "right_hash": pl.Int64, "right_check": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _values(ledger: Ledger, pairs: pl.DataFrame) -> dict[int, dict[str, Any]]:
    """The fields of the assets in `pairs`, by claim number."""
    index = ledger.roster.index
    ids = index.texts(pl.concat([pairs["left_asset"], pairs["right_asset"]]).unique().sort())
    statement = inventory_repo.standing_by_ids(inventory_repo.row_columns((*_FIELDS, "instance_uuid", "source_id")))
    rows = read_frame(ledger.services.database.url, ledger.tenant, statement, ["{" + ",".join(ids) + "}"])
    return dict(zip(index.numbers(rows["id"]).tolist(), rows.to_dicts(), strict=True))


def _review(ledger: Ledger, item: Scored, values: Mapping[int, Mapping[str, Any]]) -> Review:
    index = ledger.roster.index
    left, right = index.birth_id(item.left), index.birth_id(item.right)
    return Review(
        id=left.hex + right.hex,
        suggestion=item.suggestion,
        score=item.score,
        left=ReviewedAsset(index.birth_id(item.left_asset), values[item.left_asset].get("asset_name"), left),
        right=ReviewedAsset(index.birth_id(item.right_asset), values[item.right_asset].get("asset_name"), right),
        evidence=tuple(_evidence(item, values[item.left_asset], values[item.right_asset])),
    )


def _evidence(item: Scored, left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[str]:
    within = item.left_asset == item.right_asset
    for kind in item.alike:
        word, field = _WORDS[kind]
        both = None if within else _common(left.get(field), right.get(field))
        yield f"The same {word}" + (f": {both}." if both else ".")
    for kind in item.unlike:
        word, field = _WORDS[kind]
        if within or not left.get(field) or not right.get(field):
            yield f"Different values of: {word}."
        else:
            yield f"Different values of: {word} ({_shown(left[field])} and {_shown(right[field])})."
    if item.one_feed:
        yield "One feed lists both, and a feed lists a thing once."
    if not within and (alike := name_likeness(left, right)) is not None:
        yield f"Their names are {alike:.0f} % alike."


def _common(left: Any, right: Any) -> str | None:  # noqa: ANN401 - the type is that of the field
    if isinstance(left, list) and isinstance(right, list):
        return ", ".join(sorted(set(left) & set(right))) or None
    return str(left) if left is not None and left == right else None


def _shown(value: Any) -> str:  # noqa: ANN401 - as above
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _claim_ids(review_id: str) -> tuple[UUID, UUID]:
    try:
        if len(review_id) == _ID_LENGTH:
            return UUID(hex=review_id[: _ID_LENGTH // 2]), UUID(hex=review_id[_ID_LENGTH // 2 :])
    except ValueError:
        pass
    raise InvalidRequestError("This is no id of a review: `muster reviews` lists them.", field="review_id")


async def _going(ledger: Ledger, left: UUID, right: UUID) -> list[UUID]:
    """The claims of the asset that go with `right`. Raises InvalidRequestError when one of the two counts no more."""
    index = ledger.roster.index
    sides = [index.claim_of(item) for item in (left, right)]
    _, claims = await claims_of_id(ledger, left)
    if sides[0] is None or sides[1] is None or not {*sides} <= {*claims}:
        raise NotFoundError("A newer snapshot has replaced one of these records: look at the reviews again.")
    keys = await ledger.files.keys_of(pl.Series("claim", claims, dtype=pl.Int64))
    return [index.birth_id(claim) for claim in side_of(keys, sides[0], sides[1])]


async def _leave(services: Services, context: RequestContext, left: UUID, right: UUID, reason: str | None) -> Decided:
    async with open_desk(services, context) as desk:
        refs = [await _record(desk.ledger, claim) for claim in (left, right)]
        return await desk.decide([Leave(refs[0], refs[1])], reason)


async def _record(ledger: Ledger, claim_id: UUID) -> KeyRef:
    """The source record of a claim."""
    claim, _ = await claims_of_id(ledger, claim_id)
    typed = await ledger.files.typed(pl.DataFrame({"claim": [claim], "asset": [claim]}))
    name = record_names(typed.with_columns(ordinal="claim"))[0]
    if name is None:
        raise InvalidRequestError("No source names one of these records, so that a decision has nothing to hold to.")
    feed = ledger.roster.get(ledger.roster.index.import_of(claim)).feed
    return replace(key_ref(KeyKind.RECORD, feed, name), label=f"{feed}: {name}")
