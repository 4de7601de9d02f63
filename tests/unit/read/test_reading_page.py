"""The page on reading shows what is read today, and every file on it is read as a person reads it."""

from __future__ import annotations

import pytest

from support import reading_page


def test_the_samples_on_the_page_are_up_to_date() -> None:
    _hold("samples", reading_page.sample_lines())


@pytest.mark.skipif(not reading_page.REAL.exists(), reason="the public files are not on this machine")
def test_the_public_files_on_the_page_are_up_to_date() -> None:
    _hold("torture", reading_page.torture_lines())


def _hold(part: str, lines: list[reading_page.Line]) -> None:
    page = reading_page.PAGE.read_text(encoding="utf-8")
    wrong = [line.file for line in lines if line.verdict.startswith("**")]
    assert wrong == []
    renewed = reading_page.with_part(page, part, lines)
    assert renewed == page, "run: python tests/support/reading_page.py"
