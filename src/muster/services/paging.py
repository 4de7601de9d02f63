"""Pages of a list: opaque cursors that name the last item seen, so that a page never shifts under its reader."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from muster.domain.errors import InvalidRequestError

MAX_LIMIT = 500
DEFAULT_LIMIT = 100

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Items in the list's order; `next_cursor` None: there are no more."""

    items: tuple[T_co, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: the one after `cursor` (None: the first). Raises InvalidRequestError for a bad limit."""

    cursor: str | None = None
    limit: int = DEFAULT_LIMIT

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidRequestError(f"limit takes a number from 1 to {MAX_LIMIT}.", field="limit", maximum=MAX_LIMIT)


FIRST_PAGE = PageRequest()


def encode_cursor(*values: str | int) -> str:
    """An opaque cursor that holds the sort values of the last item."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type[str | int]) -> tuple[str | int, ...] | None:
    """The values of a cursor made by `encode_cursor`, None for None.

    Raises InvalidRequestError for anything that is no cursor of a list whose sort values have these types.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or any(type(value) is not kind for value, kind in zip(values, kinds, strict=True))
    ):
        raise bad_cursor()
    return tuple(values)


def bad_cursor() -> InvalidRequestError:
    """The refusal for a cursor that no page of the list has given."""
    return InvalidRequestError("This cursor belongs to no page: start again without one.", field="cursor")
