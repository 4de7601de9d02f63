"""Whether data is encrypted as its classification demands, at rest and in transit.

People write this in free words: `AES-256`, `TDE`, `SSE-KMS`, `aws:kms`, `TLS 1.0`, `yes`, `unverschlüsselt`. The words
that are known, and why a method counts as weak, stand in `reference/encryption_words.csv` (RFC 8996 for TLS 1.0 and
1.1, NIST SP 800-131A for triple DES, and so on). Where a cell names several methods the weakest counts, unless the cell
says that it is disabled.

Confidential and restricted data has to be encrypted; so has data whose kinds call for one of these. Weak methods are
told for all data that is not public, since they look like protection and are none. Nothing here holds a row back.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.reference.sensitive_data import encryption_words
from muster.domain.findings import FindingCode, Severity
from muster.kit.masking import masked
from muster.pipeline.validate import sensitivity
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome
from muster.pipeline.validate.phrases import MEANINGS, Phrases, named
from muster.pipeline.validate.places import places
from muster.pipeline.validate.sensitivity import LEVEL

if TYPE_CHECKING:
    from muster.pipeline.validate.tables import Batch

_FIELDS = ("encryption_at_rest", "encryption_in_transit")
_DEMANDING = "confidential"
_TEXT = "text"

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        "unencrypted",
        _W,
        "Not encrypted",
        "{field} says {method}, but {classification} data has to be encrypted.",
        "Encrypt it, before or while it is moved.",
    ),
    FindingCode(
        "weak_encryption",
        _W,
        "Weak encryption",
        "{field} names {method}, which is no longer safe.",
        "Move to a method that is: AES-128 or better at rest, TLS 1.2 or better in transit.",
    ),
    FindingCode(
        "encryption_missing",
        _W,
        "Nothing said of encryption",
        "{field} is empty, but {classification} data has to be encrypted.",
        "Ask the owner of the store.",
    ),
    FindingCode(
        "method_not_stated",
        _I,
        "Encrypted, but not said how",
        "{field} says that the data is encrypted, not how.",
        "Ask for the method; some are no longer safe.",
    ),
    FindingCode(
        "encryption_not_understood",
        _I,
        "Words that say nothing known of encryption",
        "{field} names no method that is known here ({excerpt}).",
        "Write the method, or none.",
    ),
)


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    rows = sensitivity.with_sensitivity(batch, knowledge)
    found: list[pl.DataFrame] = []
    for name in _FIELDS:
        if name in batch.typed.columns:
            found.extend(_check_field(rows.with_columns(batch.typed.get_column(name).alias(_TEXT)), name, knowledge))
    return Outcome(found)


def _check_field(rows: pl.DataFrame, name: str, knowledge: Knowledge) -> list[pl.DataFrame]:
    rows = pl.concat([rows, _phrases().told(rows.get_column(_TEXT))], how="horizontal")
    demanded = pl.col(LEVEL) >= sensitivity.level_of(knowledge.fields, _DEMANDING)
    guarded = pl.col(LEVEL).is_null() | (pl.col(LEVEL) > sensitivity.level_of(knowledge.fields, "public"))
    is_empty, meanings = pl.col(_TEXT).is_null(), pl.col(MEANINGS)
    is_none, is_weak = meanings.list.contains("none"), meanings.list.contains("weak")
    says_more = is_none | is_weak | meanings.list.contains("good")
    classification = sensitivity.title_of_level(pl.col(LEVEL), knowledge.fields)
    return [
        places(
            rows.filter(is_none & demanded),
            "unencrypted",
            name,
            params={"method": _named("none"), "classification": classification},
        ),
        places(rows.filter(is_weak & guarded), "weak_encryption", name, params={"method": _named("weak")}),
        places(rows.filter(is_empty & demanded), "encryption_missing", name, params={"classification": classification}),
        places(rows.filter(meanings.list.contains("stated") & ~says_more & demanded), "method_not_stated", name),
        places(
            rows.filter(~is_empty & (meanings.list.len() == 0)),
            "encryption_not_understood",
            name,
            excerpt=masked(pl.col(_TEXT)),
        ),
    ]


def _named(meaning: str) -> pl.Expr:
    """What the words of `meaning` in a cell are called."""
    return named(encryption_words(), meaning).list.join(", ")


@cache
def _phrases() -> Phrases:
    return Phrases(encryption_words())


AGENT = Agent(
    id="encryption_check",
    title="Encryption check",
    description="Whether data is encrypted at rest and in transit as its classification demands, and not weakly.",
    codes=_CODES,
    needs=_FIELDS,
    check_batch=_check_batch,
)
