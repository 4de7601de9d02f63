"""Pages: cursors that only their own list takes, and a bounded size."""

from __future__ import annotations

import pytest

from muster.domain.errors import InvalidRequestError
from muster.services.paging import PageRequest, decode_cursor, encode_cursor


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    assert decode_cursor(encode_cursor("ä/+?", 7), str, int) == ("ä/+?", 7)
    assert decode_cursor(None, str) is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!", "bnVsbA", "eyJhIjoxfQ", encode_cursor("a"), encode_cursor(1, 2), "ü"]
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequestError, match="belongs to no page"):
        decode_cursor(cursor, int)


def test_true_is_no_number() -> None:
    with pytest.raises(InvalidRequestError):
        decode_cursor("W3RydWVd", int)  # [true]


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_from_1_to_500_items(limit: int) -> None:
    with pytest.raises(InvalidRequestError, match="1 to 500"):
        PageRequest(limit=limit)
