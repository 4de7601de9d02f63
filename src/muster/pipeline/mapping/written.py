"""How people and programs write plain values: full-width digits, odd spaces, ticks, bookkeepers' signs, currencies."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from muster.catalog.header_words import BLANK_WORDS, FALSE_WORDS, TRUE_WORDS
from muster.kit.text import fold

_MORE_BLANK_WORDS = frozenset({
    "\\n", "\u2013", "\u2014", "---", "…", "...", "#n/v", "#null!", "<null>", "k.a.", "k. a.", "n.a.", "n. a.", "s/o",
})  # fmt: skip
"""Database dumps (MySQL's `\\N`), dashes, and n/a in other languages."""
_TICKS = {**dict.fromkeys("✓✔☑✅●", True), **dict.fromkeys("✗✘☐❌○", False), "1.0": True, "0.0": False, "-1": True}
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad"), None),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " "),
    ord("\u2019"): "'",
}
_SCIENTIFIC = re.compile(r"([+-]?\d+(?:[.,]\d+)?)[eE]([+-]?\d{1,3})\Z")
_MOST_EXPONENT = 30
_ACCOUNTING = re.compile(r"\((?P<inside>[^()]*\d[^()]*)\)\Z|(?P<trailing>[^-]*\d[\d.,]*)-\Z")
_MONEY = r"CHF|SEK|NOK|DKK|PLN|CZK|HUF|INR|JPY|CNY|AUD|CAD|BRL|USD|EUR|GBP|R\$|US\$|A\$|C\$|Fr\.|kr|zł|₹|₽|₩"
_CURRENCY = re.compile(rf"\A(?:{_MONEY})\s*|\s*(?:{_MONEY})\Z")
_NO_THOUSANDS = re.compile(r"\d[\s'](?!\d{3}(?!\d))\d")
"""Digits apart that are no groups of three: two numbers, or a slip of the hand."""


@lru_cache(maxsize=65_536)
def as_typed(text: str) -> str:
    """The text with the digits, signs and spaces of a keyboard: full-width forms, odd spaces and dashes made plain."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text.translate(_PLAIN))
    digits = (str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in plain)
    return "".join(digits).strip()


def says_nothing(text: str) -> bool:
    """Whether the text is a way to write "nothing" in a typed column (header_words.BLANK_WORDS, and more)."""
    word = text.strip().lower()
    return not word or word in BLANK_WORDS or word in _MORE_BLANK_WORDS


def read_truth(text: str) -> bool | None:
    """The truth that a word, a tick or a number stands for, None when it is none."""
    if text in _TICKS:
        return _TICKS[text]
    word = fold(text)
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def scientific(text: str) -> float | None:
    """The number of `1.2E+03` or `1,2E+03`, whatever the decimal mark: no thousands are marked in this form."""
    match = _SCIENTIFIC.match(text)
    if match is None or abs(int(match[2])) > _MOST_EXPONENT:
        return None
    return float(f"{match[1].replace(',', '.')}e{match[2]}")


def bare_number(text: str) -> tuple[str, int] | None:
    """The number without currency and bookkeeper's sign (`(12)` and `12-` are below zero), and what to multiply it by.

    None for digits that stand apart without being thousands.
    """
    if _NO_THOUSANDS.search(text):
        return None
    match = _ACCOUNTING.match(text)
    plain = text if match is None else match["inside"] or match["trailing"]
    return _CURRENCY.sub("", plain), 1 if match is None else -1
