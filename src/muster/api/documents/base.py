"""What every document shares, and the page of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from muster.services.paging import DEFAULT_LIMIT, MAX_LIMIT, PageRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.services.paging import Page

Item = TypeVar("Item")
Given = TypeVar("Given")


class Document(BaseModel):
    """A document that is answered; made from a value that a service gives."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    @classmethod
    def of(cls, value: object) -> Self:
        """Return the document for `value`, attribute by attribute."""
        return cls.model_validate(value)


class Request(BaseModel):
    """A document that is asked with; a member it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageDocument(Document, Generic[Item]):
    """One page of a list, in its order."""

    items: tuple[Item, ...]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null: there are no more.")


def page_of(page: Page[Given], make: Callable[[Given], Item]) -> PageDocument[Item]:
    """Return `page` with each of its items made into a document."""
    return PageDocument(items=tuple(make(item) for item in page.items), next_cursor=page.next_cursor)


class PageQuery(Request):
    """The query of a list; a parameter it does not know is refused."""

    cursor: str | None = Field(default=None, max_length=2000, description="`next_cursor` of the page before.")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Most items of the page.")

    def page(self) -> PageRequest:
        """Return the page that is asked for."""
        return PageRequest(cursor=self.cursor, limit=self.limit)
