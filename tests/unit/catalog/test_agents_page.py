"""The page of the agents says what the agents say."""

from __future__ import annotations

from support.agents_page import PAGE, page


def test_the_page_of_the_agents_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.support.agents_page"
