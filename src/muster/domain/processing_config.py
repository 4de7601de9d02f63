"""How one import is to be worked on, as its sender asked: read once at the door, each part changes the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from muster.domain.errors import InvalidRequestError

_KEYS = frozenset({"agents", "enrichment_targets", "review", "strict", "mapping", "feed", "observed_at"})
_MAPPING_KEYS = frozenset({"table", "source_field", "target_field", "transformation"})
_LONGEST_FEED = 200


class ReviewRule(StrEnum):
    """What an import waits for a person to look at. AUTO: its mapping, and only when confidence is low."""

    AUTO = "auto"
    NEVER = "never"
    MAPPING = "mapping"
    PLAN = "plan"
    BOTH = "both"

    @property
    def shows_mapping(self) -> bool:
        """Whether it waits with its mapping however sure that is."""
        return self in {ReviewRule.MAPPING, ReviewRule.BOTH}

    @property
    def shows_plan(self) -> bool:
        """Whether it waits with its plan."""
        return self in {ReviewRule.PLAN, ReviewRule.BOTH}


@dataclass(frozen=True, slots=True)
class MappingChoice:
    """A user's word on one column: the field it feeds, None for "keep it with the claim, feed nothing".

    `table` None means every table that has such a column. `transformation` as in domain.mapping.ColumnMapping; None
    leaves the way of reading to the proposal.
    """

    source_field: str
    target_field: str | None
    table: str | None = None
    transformation: str | None = None

    def concerns(self, table: str, source_field: str) -> bool:
        """Whether the choice is about this column of this table."""
        return self.source_field == source_field and self.table in {None, table}


@dataclass(frozen=True, slots=True)
class ProcessingConfig:
    """What may be asked of one import. None: nothing was asked, the category's own rule holds.

    `agents` are the validation agents to run (the others say `skipped`), `enrichment_targets` the tables to write,
    `strict` fails the import at the first error-level finding, `feed` names the dataset that this file is a newer
    snapshot of, `observed_at` is when the source saw what it says.
    """

    agents: tuple[str, ...] | None = None
    enrichment_targets: tuple[str, ...] | None = None
    review: ReviewRule = ReviewRule.AUTO
    strict: bool = False
    mapping: tuple[MappingChoice, ...] = ()
    feed: str | None = None
    observed_at: datetime | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> ProcessingConfig:
        """Read the JSON object of a request. Raises InvalidRequestError naming the key and what it takes."""
        unknown = sorted(set(raw) - _KEYS)
        if unknown:
            raise InvalidRequestError(
                f"processing_config has no key {unknown[0]!r}; it takes {', '.join(sorted(_KEYS))}.",
                field="processing_config",
                unknown_keys=unknown,
            )
        return cls(
            agents=_names(raw, "agents"),
            enrichment_targets=_names(raw, "enrichment_targets"),
            review=_review(raw.get("review")),
            strict=_strict(raw.get("strict")),
            mapping=parse_mapping(raw.get("mapping")),
            feed=_feed(raw.get("feed")),
            observed_at=parse_time(raw.get("observed_at"), "observed_at"),
        )

    def as_json(self) -> dict[str, object]:
        """The JSON object that `parse` reads back; keys that say nothing are left out."""
        document: dict[str, object] = {}
        if self.agents is not None:
            document["agents"] = list(self.agents)
        if self.enrichment_targets is not None:
            document["enrichment_targets"] = list(self.enrichment_targets)
        if self.review is not ReviewRule.AUTO:
            document["review"] = str(self.review)
        if self.strict:
            document["strict"] = True
        if self.mapping:
            document["mapping"] = [_choice_as_json(choice) for choice in self.mapping]
        if self.feed is not None:
            document["feed"] = self.feed
        if self.observed_at is not None:
            document["observed_at"] = self.observed_at.isoformat()
        return document


def parse_mapping(raw: object) -> tuple[MappingChoice, ...]:
    """Read column choices: `{"column": "field" | null}` or a list of `{source_field, target_field, table?, …}`.

    Raises InvalidRequestError when it is neither.
    """
    if raw is None:
        return ()
    if isinstance(raw, Mapping):
        return tuple(
            _choice({"source_field": source_field, "target_field": target}) for source_field, target in raw.items()
        )
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return tuple(_choice(entry) for entry in raw)
    raise _wrong("mapping", "an object of column names and fields, or a list of {source_field, target_field, table}")


def parse_time(raw: object, name: str) -> datetime | None:
    """Read a moment in ISO 8601; one without a zone is taken as UTC. Raises InvalidRequestError naming `name`."""
    if raw is None or isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, str):
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            raise _wrong(name, "a moment such as 2024-05-31T14:05:00Z") from None
    else:
        raise _wrong(name, "a moment such as 2024-05-31T14:05:00Z")
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _choice(raw: object) -> MappingChoice:
    if not isinstance(raw, Mapping) or set(raw) - _MAPPING_KEYS:
        raise _wrong("mapping", f"entries with the keys {', '.join(sorted(_MAPPING_KEYS))}")
    source_field = raw.get("source_field")
    if not isinstance(source_field, str) or not source_field:
        raise _wrong("mapping", "a source_field in each entry")
    return MappingChoice(
        source_field=source_field,
        target_field=_text_or_none(raw.get("target_field"), "mapping.target_field"),
        table=_text_or_none(raw.get("table"), "mapping.table"),
        transformation=_text_or_none(raw.get("transformation"), "mapping.transformation"),
    )


def _choice_as_json(choice: MappingChoice) -> dict[str, str | None]:
    document: dict[str, str | None] = {"source_field": choice.source_field, "target_field": choice.target_field}
    if choice.table is not None:
        document["table"] = choice.table
    if choice.transformation is not None:
        document["transformation"] = choice.transformation
    return document


def _names(raw: Mapping[str, object], key: str) -> tuple[str, ...] | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(name, str) for name in value):
        raise _wrong(key, "a list of names")
    return tuple(dict.fromkeys(str(name) for name in value))


def _review(value: object) -> ReviewRule:
    if value is None:
        return ReviewRule.AUTO
    if value in list(ReviewRule):
        return ReviewRule(str(value))
    raise _wrong("review", f"one of {', '.join(ReviewRule)}")


def _strict(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _wrong("strict", "true or false")


def _feed(value: object) -> str | None:
    name = _text_or_none(value, "feed")
    if name is not None and (not name.strip() or len(name) > _LONGEST_FEED or not name.isprintable()):
        raise _wrong("feed", f"a name of 1 to {_LONGEST_FEED} printable characters")
    return None if name is None else name.strip()


def _text_or_none(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise _wrong(name, "text or null")


def _wrong(key: str, takes: str) -> InvalidRequestError:
    return InvalidRequestError(f"{key} takes {takes}.", field=key)
