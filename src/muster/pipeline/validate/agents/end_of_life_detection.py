"""Whether what runs on a machine is still supported by its maker, on the day of the import and a year ahead.

Operating systems, databases, languages and server software are recognised from the words of the file
(pipeline/lifecycle) and looked up in catalog/reference, whose rows name the vendor's page. What is not told closely
enough is said to be unknown, with the range of days that the releases in question have: silence would pass for support.

An unsupported system is still what it is, so no row is held back. A date that the file itself states is judged too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.reference.end_of_life import LONG_AGO, NOT_YET
from muster.catalog.reference.products import ProductKind
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.lifecycle import Support, SupportState, match_product, support_of
from muster.pipeline.lifecycle.support import SOON
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView, findings_frame, params_json
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from muster.pipeline.validate.tables import Batch

_NAMES = {
    "operating_system": ("os_version", ProductKind.SYSTEM),
    "database_type": ("database_version", ProductKind.DATABASE),
}
"""Fields that name a product, with the field of its version and what they name."""
_TECHNOLOGY = "technology_stack"
_STATED = "end_of_support_date"

_CODES = (
    FindingCode(
        code="support_ended",
        severity=Severity.WARNING,
        title="Support has ended",
        template="{field} names {release}: its support ended {ended} ({source}).",
        advice="Plan its replacement before or with the migration; no more security fixes come.",
    ),
    FindingCode(
        code="extended_support_only",
        severity=Severity.WARNING,
        title="Only extended support is left",
        template="{field} names {release}: its regular support ended {ended}; extended support runs to {extended} "
        "where it was bought ({source}).",
        advice="Check whether extended support is paid for, and plan the replacement.",
    ),
    FindingCode(
        code="support_ends_soon",
        severity=Severity.WARNING,
        title="Support ends within twelve months",
        template="{field} names {release}: its support ends on {ends}, in {days} days ({source}).",
        advice="Migrate to a release that is supported longer.",
    ),
    FindingCode(
        code="release_not_told",
        severity=Severity.INFO,
        title="The release is not told, so its support is unknown",
        template="{field} names {release} and leaves the release open: {range}, so its support is unknown.",
        advice="Ask for the exact version; a guest system reports it better than a hypervisor's settings.",
    ),
    FindingCode(
        code="release_unlisted",
        severity=Severity.INFO,
        title="The release is not in the reference, so its support is unknown",
        template="{field} names a release of {release} that the reference does not list. Its support is unknown.",
        advice="Look it up at the vendor: it may be older or newer than all that are listed.",
    ),
    FindingCode(
        code="product_unlisted",
        severity=Severity.INFO,
        title="The product is not in the reference, so its support is unknown",
        template="{field} names no product that the reference lists. Its support is unknown.",
        advice="Look it up at the vendor.",
    ),
    FindingCode(
        code="technologies_unlisted",
        severity=Severity.INFO,
        title="Technologies that are not in the reference",
        template="{count} of {values} values of {field} name no product that the reference lists. Their support is "
        "unknown.",
    ),
    FindingCode(
        code="stated_support_ended",
        severity=Severity.WARNING,
        title="The file itself says that support ends",
        template="{field} says that support {ends} {as_of}.",
        advice="Plan the replacement before or with the migration.",
    ),
)

_CODE_OF = {
    SupportState.ENDED: "support_ended",
    SupportState.EXTENDED_ONLY: "extended_support_only",
    SupportState.ENDS_SOON: "support_ends_soon",
    SupportState.DEPENDS_ON_RELEASE: "release_not_told",
    SupportState.RELEASE_UNLISTED: "release_unlisted",
    SupportState.PRODUCT_UNLISTED: "product_unlisted",
}
_PARAMS = {
    "support_ended": ("release", "ended", "source"),
    "extended_support_only": ("release", "ended", "extended", "source"),
    "support_ends_soon": ("release", "ends", "days", "source"),
    "release_not_told": ("release", "range"),
    "release_unlisted": ("release",),
    "product_unlisted": (),
}
_KNOWN_SCHEMA = pl.Schema(
    {
        "code": pl.String,
        "release": pl.String,
        "ended": pl.String,
        "extended": pl.String,
        "ends": pl.String,
        "days": pl.Int64,
        "range": pl.String,
        "source": pl.String,
    }
)
_COUNTS_SCHEMA = pl.Schema({"field": pl.String, "values": pl.Int64, "known": pl.Int64, "unlisted": pl.Int64})


def _check_batch(batch: Batch, knowledge: Knowledge) -> Outcome:
    typed, as_of = batch.typed, knowledge.as_of
    found: list[pl.DataFrame] = []
    counts: list[dict[str, object]] = []
    for name, (version, kind) in _NAMES.items():
        if name in typed.columns:
            said = [pl.col(name).alias("name"), _or_nothing(typed, version).alias("version")]
            rows = typed.select(ROW_NUMBER, LINE, *said).filter(pl.col("name").is_not_null())
            found += _known(rows, name, kind, as_of, counts)
    if _TECHNOLOGY in typed.columns:
        rows = typed.select(ROW_NUMBER, LINE, pl.col(_TECHNOLOGY).alias("name"), _nothing().alias("version"))
        rows = rows.explode("name").filter(pl.col("name").is_not_null())
        found += _known(rows, _TECHNOLOGY, None, as_of, counts)
    if _STATED in typed.columns:
        ending = typed.filter(pl.col(_STATED) <= as_of + SOON)
        days = (pl.col(_STATED) - pl.lit(as_of)).dt.total_days()
        ends = (
            pl.when(days < 0)
            .then(pl.format("ended {} days before", -days))
            .otherwise(pl.format("ends {} days after", days))
        )
        params = {"ends": ends, "as_of": pl.lit(as_of.isoformat())}
        found.append(places(ending, "stated_support_ended", _STATED, params=params))
    return Outcome(found, gathered=pl.DataFrame(counts, schema=_COUNTS_SCHEMA))


def _or_nothing(typed: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in typed.columns else _nothing()


def _nothing() -> pl.Expr:
    return pl.lit(None, dtype=pl.String)


def _known(
    rows: pl.DataFrame, name: str, kind: ProductKind | None, as_of: date, counts: list[dict[str, object]]
) -> list[pl.DataFrame]:
    """The findings on one field; each distinct text is read once. `rows` has row_number, line, name and version."""
    pairs = rows.select("name", "version").unique()
    known = [_judged(*pair, kind, as_of) for pair in pairs.iter_rows()]
    told = pl.concat([pairs, pl.DataFrame(known, schema=_KNOWN_SCHEMA)], how="horizontal")
    judged = rows.join(told, on=["name", "version"], how="left", nulls_equal=True, maintain_order="left")
    states = dict(judged.get_column("code").fill_null("").value_counts().iter_rows())
    unlisted = states.get("product_unlisted", 0)
    unknown = unlisted + states.get("release_not_told", 0) + states.get("release_unlisted", 0)
    counts.append({"field": name, "values": judged.height, "known": judged.height - unknown, "unlisted": unlisted})
    # of a list of technologies most are none that is supported or not; they are told once for the column
    codes = [code for code in _PARAMS if code != "product_unlisted" or name != _TECHNOLOGY]
    return [
        places(judged.filter(code=code), code, name, params={param: pl.col(param) for param in _PARAMS[code]})
        for code in codes
    ]


@lru_cache(maxsize=100_000)
def _judged(name: str, version: str | None, kind: ProductKind | None, as_of: date) -> Mapping[str, object]:
    """What is known of one text, as a row of _KNOWN_SCHEMA; the batches of a file repeat each other's."""
    return _row(support_of(match_product(name, version, kind), as_of), as_of)


def _row(support: Support, as_of: date) -> dict[str, object]:
    first, last = support.first, support.last
    if first is None or last is None:
        return {"code": _CODE_OF[support.state], "release": support.title, "range": "no number tells it"}
    return {
        "code": _CODE_OF.get(support.state),
        "release": support.title,
        "ended": _ended(first, last),
        "extended": None if support.extended is None else _day(support.extended),
        "ends": _day(last),
        "days": (last - as_of).days,
        "range": f"support ends {_between(first, last)}",
        "source": support.source,
    }


def _ended(first: date, last: date) -> str:
    if last == LONG_AGO:
        return "on a day that is not known"
    return f"on {_day(last)}" if first == last else f"by {_day(last)}"


def _between(first: date, last: date) -> str:
    if last == NOT_YET:
        return f"on {_day(first)} or later"
    if first == LONG_AGO:
        return f"by {_day(last)}"
    return f"between {_day(first)} and {_day(last)}"


def _day(day: date) -> str:
    return "a day not yet announced" if day == NOT_YET else day.isoformat()


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    columns = view.gathered.group_by("field", maintain_order=True).agg(pl.sum("values", "known", "unlisted"))
    found = [
        {"code": "technologies_unlisted", "field": name, "params": params_json(count=unlisted, values=values)}
        for name, values, _, unlisted in columns.iter_rows()
        if name == _TECHNOLOGY and unlisted
    ]
    shares = {f"support_known.{name}": known / values for name, values, known, _ in columns.iter_rows() if values}
    return Outcome([findings_frame(found)], metrics=shares)


AGENT = Agent(
    id="end_of_life_detection",
    title="End of life",
    description="Operating systems, databases and runtimes out of support, or soon, with the date and its source.",
    codes=_CODES,
    needs=(*_NAMES, _TECHNOLOGY, _STATED),
    check_batch=_check_batch,
    check_table=_check_table,
)
