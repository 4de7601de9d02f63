"""Who may reach the data, who answers for it, and when its access was last reviewed.

Access is written in free words (`Everyone: Read`, `AllUsers`, `NOT_PUBLIC`, `sa`, `chmod 777`); the known words stand
in `reference/access_words.csv`, and a word that the cell denies (`no public access`) does not count. Public data may be
public. Privileged accounts are told as information, since some must be there.

Restricted data needs an owner and a date of its last review, which should not be older than a year (NIST SP 800-53
AC-2 j asks for reviews at a stated frequency; a year is the longest that is usual). Where a table has no column for
them, this is told once, with the number of rows. Nothing here holds a row back.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.reference.sensitive_data import access_words
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import ROW_NUMBER
from muster.pipeline.validate import sensitivity
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.phrases import MEANINGS, Phrases, named
from muster.pipeline.validate.places import places
from muster.pipeline.validate.sensitivity import LEVEL

if TYPE_CHECKING:
    from datetime import date

    from muster.pipeline.validate.tables import Batch

_ACCESS, _REVIEW = "access_control", "access_review_date"
_OWNERS = ("data_owner", "business_owner", "technical_owner", "support_group")
_REVIEW_DAYS = 366
_RESTRICTED = "restricted"
_NO_COLUMN = {"no_owner": _OWNERS, "no_review_date": (_REVIEW,)}

_W, _I = Severity.WARNING, Severity.INFO
_CODES = (
    FindingCode(
        "public_access",
        _W,
        "Open to the public",
        "{field} lets {who} reach the data, which is not public.",
        "Close the access, or classify the data as public.",
    ),
    FindingCode(
        "everyone_access",
        _W,
        "Open to everyone inside",
        "{field} lets {who} reach the data.",
        "Give access to those who need it.",
    ),
    FindingCode(
        "shared_account",
        _W,
        "A shared account",
        "{field} names {who}: nobody can say who used it.",
        "Give each person and each program an account of its own.",
    ),
    FindingCode(
        "privileged_account",
        _I,
        "A privileged account",
        "{field} names {who}.",
        "Check that daily work does without it.",
    ),
    FindingCode(
        "no_owner",
        _W,
        "Restricted data without an owner",
        "Nobody is named who answers for restricted data{where}.",
        "Name an owner before the data is moved.",
    ),
    FindingCode(
        "no_review_date",
        _W,
        "Restricted data without a review",
        "Nothing says when the access to restricted data was last reviewed{where}.",
        "Review the access, and write down the day.",
    ),
    FindingCode(
        "review_overdue",
        _W,
        "An old review of access",
        "The access to restricted data was last reviewed {days} days before {as_of}.",
        "Review the access again.",
    ),
)


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    rows = sensitivity.with_sensitivity(batch, knowledge)
    found = _accesses(batch, rows, knowledge) if _ACCESS in batch.typed.columns else []
    restricted = rows.filter(pl.col(LEVEL) == sensitivity.level_of(knowledge.fields, _RESTRICTED))
    kept = [name for name in (*_OWNERS, _REVIEW) if name in batch.typed.columns]
    restricted = restricted.join(
        batch.typed.select(ROW_NUMBER, *kept), on=ROW_NUMBER, how="left", maintain_order="left"
    )
    owners = [name for name in _OWNERS if name in kept]
    if owners:
        ownerless = restricted.filter(pl.all_horizontal(pl.col(name).is_null() for name in owners))
        found.append(places(ownerless, "no_owner", owners[0], params={"where": pl.lit("")}))
    if _REVIEW in kept:
        found += _reviews(restricted, knowledge.as_of)
    return Outcome(found, gathered=restricted.select(pl.len().cast(pl.Int64).alias("restricted")))


def _accesses(batch: Batch, rows: pl.DataFrame, knowledge: Knowledge) -> list[pl.DataFrame]:
    told = pl.concat([rows, _phrases().told(batch.typed.get_column(_ACCESS))], how="horizontal")
    told = told.filter(pl.col(MEANINGS).list.len() > 0)
    public = sensitivity.level_of(knowledge.fields, "public")
    guarded = pl.col(LEVEL).is_null() | (pl.col(LEVEL) > public)
    tests = {
        "public_access": ("public", guarded),
        "everyone_access": ("everyone", guarded),
        "shared_account": ("shared", pl.lit(value=True)),
        "privileged_account": ("privileged", pl.lit(value=True)),
    }
    return [
        places(
            told.filter(pl.col(MEANINGS).list.contains(meaning) & counts),
            code,
            _ACCESS,
            params={"who": named(access_words(), meaning).list.first()},
        )
        for code, (meaning, counts) in tests.items()
    ]


def _reviews(restricted: pl.DataFrame, as_of: date) -> list[pl.DataFrame]:
    old = restricted.filter(pl.col(_REVIEW) < as_of - timedelta(days=_REVIEW_DAYS))
    params = {"days": (pl.lit(as_of) - pl.col(_REVIEW)).dt.total_days(), "as_of": pl.lit(str(as_of))}
    return [
        places(restricted.filter(pl.col(_REVIEW).is_null()), "no_review_date", _REVIEW, params={"where": pl.lit("")}),
        places(old, "review_overdue", _REVIEW, params=params),
    ]


def _check_table(view: TableView, knowledge: Knowledge) -> Outcome:
    del knowledge
    rows = int(view.gathered.get_column("restricted").sum())
    lacking = [code for code, names in _NO_COLUMN.items() if not any(name in view.table.fields for name in names)]
    if not rows or not lacking:
        return Outcome()
    where = params_json(where=f" (rows: {rows}; no column does)")
    return Outcome([findings_frame({"code": code, "params": where} for code in lacking)])


@cache
def _phrases() -> Phrases:
    return Phrases(access_words())


AGENT = Agent(
    id="access_control_check",
    title="Access control check",
    description="Public and shared access, privileged accounts, and restricted data without owner or review.",
    codes=_CODES,
    needs=(_ACCESS, _REVIEW, "data_owner"),
    check_batch=_check_batch,
    check_table=_check_table,
)
