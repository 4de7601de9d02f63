"""The history of an asset: each change of the inventory that altered it, computed anew and stored nowhere.

The asset is evaluated as of the version of every change that could concern it, by the fold that makes today's
inventory. What a purged import said is gone from here, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from muster.db.repos import changes as changes_repo
from muster.db.repos import decisions as decisions_repo
from muster.db.repos import files as files_repo
from muster.domain.decisions import Leave
from muster.domain.errors import NotFoundError
from muster.pipeline.enrich.claims import ORDINAL_MASK, split_ordinal
from muster.pipeline.enrich.fold import ASSET_FIELDS
from muster.pipeline.mapping.remembered import is_custom
from muster.services.inventory.claims_of_id import claims_of_id
from muster.services.inventory.ledger import read_ledger
from muster.services.inventory.refs import refs_of
from muster.services.inventory.roster import load_roster_of
from muster.services.inventory.surroundings import AssetThen, asset_of, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from muster.db.repos.changes import ChangeKind, StoredChange
    from muster.domain.decisions import Decision
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.roster import Roster
    from muster.services.inventory.surroundings import Surroundings

TOLD_FIELDS = (*ASSET_FIELDS, "missing_from", "pinned")
"""What an entry tells of: canonical (and custom) fields, feeds that list the asset no longer, the pinned fields."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after a change; None: it had, or has, no value."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """A record that came to the asset or left it; `row_number` counts data rows from 1."""

    claim_id: UUID
    data_import_id: UUID
    filename: str | None
    row_number: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change that altered the asset.

    `asset_id` is its id after the change; None when nothing was left of it, and `before_id` when it came into being.
    `decision_kind` and `reason` are those of the decision that was taken or taken back.
    """

    changed_at: datetime
    version: int
    kind: ChangeKind
    changed_by: UUID | None
    data_import_id: UUID | None
    filename: str | None
    decision_id: UUID | None
    decision_kind: str | None
    reason: str | None
    before_id: UUID | None
    asset_id: UUID | None
    fields: tuple[FieldChange, ...]
    joined: tuple[HistoryRecord, ...]
    left: tuple[HistoryRecord, ...]


@dataclass(frozen=True, slots=True)
class AssetHistory:
    """The history of the asset that `asset_id` names today or named once, the newest change first."""

    asset_id: UUID
    entries: tuple[HistoryEntry, ...]


async def asset_history(services: Services, context: RequestContext, asset_id: UUID) -> AssetHistory:
    """The history of an asset, by today's id or an earlier one. Raises NotFoundError for an id that never was."""
    async with (
        services.database.begin(context.tenant) as db,
        read_ledger(db, context.tenant, services) as ledger,
    ):
        named, today = await claims_of_id(ledger, asset_id)
        decisions = await decisions_repo.read_decisions(db, context.tenant)
        around = await everything_around(ledger, [named, *today], decisions)
        changes = await _changes(ledger, around, decisions)
        states = await _states(ledger, around, changes, [list(today), [named]])
        if not any(states):
            raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
        imports = {change.data_import_id for change in changes} | around.import_ids(ledger.roster)
        names = await files_repo.filenames(db, context.tenant, [item for item in imports if item is not None])
    told = _Telling(ledger.roster, names, {decision.id: decision for decision in decisions})
    entries = [
        told.entry(change, before, after)
        for change, before, after in zip(changes, states[:-1], states[1:], strict=True)
        if _differs(before, after)
    ]
    last = states[-1]
    return AssetHistory(asset_id if last is None else told.id_of(last), tuple(reversed(entries)))


async def everything_around(ledger: Ledger, claims: Sequence[int], decisions: Sequence[Decision]) -> Surroundings:
    """What surrounds claims among all imports and decisions, those that were taken back included."""
    import_ids = [item.import_id for item in ledger.roster.imports]
    held = [replace(decision, undone_at=None) for decision in decisions]
    return await surroundings(ledger, pl.Series("claim", claims, dtype=pl.Int64), import_ids, held)


async def _changes(ledger: Ledger, around: Surroundings, decisions: Sequence[Decision]) -> list[StoredChange]:
    """The changes that can concern the asset: of imports of its feeds or with its keys, of decisions on its records."""
    having_a_say = around.import_ids(ledger.roster)
    feeds = {item.feed for item in ledger.roster.imports if item.import_id in having_a_say}
    import_ids = [item.import_id for item in ledger.roster.imports if item.feed in feeds]
    keys = set(around.keys.select("hash", "check").iter_rows())
    concerned = [
        decision.id
        for decision in decisions
        if not isinstance(decision.body, Leave) and any((ref.hash, ref.check) in keys for ref in refs_of(decision.body))
    ]
    return await changes_repo.changes_of_imports(ledger.db, ledger.tenant, import_ids, concerned)


async def _states(
    ledger: Ledger, around: Surroundings, changes: Sequence[StoredChange], wanted: list[list[int]]
) -> list[AssetThen | None]:
    """The asset before the first of `changes` (never there) and after each of them.

    It is followed backwards: an asset carries on the one of before that has its id, else the oldest of those that its
    claims were in.
    """
    states: list[AssetThen | None] = []
    for change in reversed(changes):
        roster = await load_roster_of(ledger.db, ledger.tenant, change.version)
        state = await asset_of(around, roster, wanted)
        if state is not None:
            wanted = [[state.asset], list(state.claims)]
        states.append(state)
    return [None, *reversed(states)]


def _differs(before: AssetThen | None, after: AssetThen | None) -> bool:
    if before is None or after is None:
        return before is not after
    return before.claims != after.claims or any(_field_changes(before, after))


@dataclass(frozen=True, slots=True)
class _Telling:
    """What puts states into words."""

    roster: Roster
    filenames: Mapping[UUID, str]
    decisions: Mapping[UUID, Decision]

    def entry(self, change: StoredChange, before: AssetThen | None, after: AssetThen | None) -> HistoryEntry:
        """What a change did to the asset."""
        decision = None if change.decision_id is None else self.decisions.get(change.decision_id)
        were, are = (set() if state is None else set(state.claims) for state in (before, after))
        return HistoryEntry(
            changed_at=change.changed_at,
            version=change.version,
            kind=change.kind,
            changed_by=change.changed_by,
            data_import_id=change.data_import_id,
            filename=None if change.data_import_id is None else self.filenames.get(change.data_import_id),
            decision_id=change.decision_id,
            decision_kind=None if decision is None else str(decision.kind),
            reason=None if decision is None else decision.reason,
            before_id=None if before is None else self.id_of(before),
            asset_id=None if after is None else self.id_of(after),
            fields=tuple(_field_changes(before, after)),
            joined=tuple(map(self._record, sorted(are - were))),
            left=tuple(map(self._record, sorted(were - are))),
        )

    def id_of(self, state: AssetThen) -> UUID:
        """The id of an asset as it stood."""
        return self.roster.index.birth_id(state.asset)

    def _record(self, claim: int) -> HistoryRecord:
        import_id = self.roster.index.import_of(claim)
        _, _, row_number = split_ordinal(claim & ORDINAL_MASK)
        return HistoryRecord(self.roster.index.birth_id(claim), import_id, self.filenames.get(import_id), row_number)


def _field_changes(before: AssetThen | None, after: AssetThen | None) -> Iterator[FieldChange]:
    states = (before, after)
    custom = {name for state in states if state is not None for name in state.values if is_custom(name)}
    for name in (*TOLD_FIELDS, *sorted(custom)):
        was, is_now = (None if state is None else state.values.get(name) for state in states)
        if was != is_now:
            yield FieldChange(name, was, is_now)
