"""Finds known words in free text, vectorised: what they mean, unless the text denies them.

Texts and words are compared in one plain form: lower case, no accents, nothing but letters and digits, letters parted
from digits (`TLSv1.2` is `tlsv 1 2`). The longest words win, so that `not public` is not `public`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.catalog.reference.sensitive_data import Word

_WHOLE = "="
MEANINGS = "meanings"
NAMES = "names"

_DENIED_BEFORE = (
    r"\b(?:no|not|non|never|without|no longer|do not allow|kein|keine|keinen|nicht|ohne|sans|pas de|sin|sem|blocks?|"
    r"blocked|blocking|deny|denies|denied|disallow|disabled|prohibits?|removed) (?:(?:any|all|longer|de|allowing) )?"
)
_DENIED_AFTER = (
    r" (?:access )?(?:is |are |was |were |has been |ist |est )?(?:blocked|block|disabled|denied|deny|off|not allowed|"
    r"not permitted|forbidden|prohibited|removed|deaktiviert|gesperrt|desactive|not enabled|not used|not supported)\b"
)


def plain(text: pl.Expr) -> pl.Expr:
    """Return `text` in the form in which words are compared.

    What stands between parts of a list is a border `|` that no words reach across.
    """
    return (
        text.str.to_lowercase()
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all("ß", "ss", literal=True)
        .str.replace_all(r"[;,|\n]", " | ")
        .str.replace_all(r"[^\p{L}\p{N}|]+", " ")
        .str.replace_all(r"(\p{L})(\p{N})", "$1 $2")
        .str.replace_all(r"(\p{N})(\p{L})", "$1 $2")
        .str.strip_chars()
    )


def plain_text(text: str) -> str:
    """Return `plain` of one text."""
    return str(pl.select(plain(pl.lit(text))).item())


@dataclass(frozen=True)
class Phrases:
    """Known words and what they mean; those that begin with `=` count only as the whole text, with `whole` all do."""

    words: tuple[Word, ...]
    whole: bool = False

    def told(self, texts: pl.Series) -> pl.DataFrame:
        """Return for each text (in order) `meanings` and `names`, List(String) without repeats, both in word order.

        Words that the text denies (`no public access`, `TLS 1.0 disabled`) are not told. Null gives empty lists.
        """
        distinct = texts.rename("text").unique().to_frame().with_columns(plain(pl.col("text")).alias("plain"))
        distinct = distinct.select("text", self._found(pl.col("plain")).alias("found"))
        pairs = (
            distinct.explode("found")
            .join(self._table, on="found", how="inner", maintain_order="left")
            .group_by("text", maintain_order=True)
            .agg(pl.col(MEANINGS).unique(maintain_order=True), pl.col(NAMES).unique(maintain_order=True))
        )
        nothing = pl.lit([], dtype=pl.List(pl.String))
        return (
            texts.rename("text")
            .to_frame()
            .join(pairs, on="text", how="left", maintain_order="left")
            .select(pl.col(MEANINGS).fill_null(nothing), pl.col(NAMES).fill_null(nothing))
        )

    def _found(self, text: pl.Expr) -> pl.Expr:
        """The known words in a plain text."""
        as_whole = pl.concat_list(text)
        if self.whole or not self._inside:
            return as_whole
        anywhere = rf"\b(?:{_alternatives(self._inside)})\b"
        denied = (
            rf"{_DENIED_BEFORE}(?:{_alternatives(self._inside)})\b|\b(?:{_alternatives(self._inside)}){_DENIED_AFTER}"
        )
        kept = pl.when(text.str.contains(denied)).then(self._without_denied(text, denied)).otherwise(text)
        return pl.when(text.is_in(self._as_whole)).then(as_whole).otherwise(kept.str.extract_all(anywhere))

    def _without_denied(self, text: pl.Expr, denied: str) -> pl.Expr:
        """The text without what it denies; a denial that is a known word itself (`not encrypted`) says something."""
        own = [word for word in self._inside if re.search(f"^{_DENIED_BEFORE}|{_DENIED_AFTER}$", word)]
        if not own:
            return text.str.replace_all(denied, " ")
        own_words = rf"\b(?:{_alternatives(own)})\b"
        said = text.str.extract_all(own_words).list.join(" | ")
        return pl.concat_str(text.str.replace_all(own_words, " ").str.replace_all(denied, " "), said, separator=" | ")

    @cached_property
    def _plain(self) -> dict[str, Word]:
        """The words in the form in which they are compared; the first of two alike counts."""
        table = pl.Series("text", [word.words for word in reversed(self.words)], dtype=pl.String).to_frame()
        forms = table.select(plain(pl.col("text"))).to_series()
        return dict(zip(forms, reversed(self.words), strict=True))

    @cached_property
    def _inside(self) -> list[str]:
        return [form for form, word in self._plain.items() if not word.words.startswith(_WHOLE)]

    @cached_property
    def _as_whole(self) -> list[str]:
        return [form for form, word in self._plain.items() if word.words.startswith(_WHOLE)]

    @cached_property
    def _table(self) -> pl.DataFrame:
        rows = [(form, word.meaning, word.name) for form, word in self._plain.items()]
        rows += [(f"{form}s", meaning, name) for form, meaning, name in rows if not form[-1].isdigit()]
        known = pl.DataFrame(rows, schema=["found", MEANINGS, NAMES], orient="row")
        return known.unique("found", keep="first", maintain_order=True)


def named(words: Iterable[Word], meaning: str) -> pl.Expr:
    """Return of the column `names` of `Phrases.told` those that stand for `meaning`, as List(String)."""
    names = sorted({word.name for word in words if word.meaning == meaning})
    return pl.col(NAMES).list.eval(pl.element().filter(pl.element().is_in(names)))


def _alternatives(words: Iterable[str]) -> str:
    """The words as one pattern, the longest first; each that ends in a letter may stand in the plural."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(word.replace("|", r"\|") + ("" if word[-1].isdigit() else "s?") for word in longest_first)
