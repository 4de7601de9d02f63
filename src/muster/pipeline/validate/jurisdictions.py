"""Which law holds where data lies, and which regulations follow from the kinds of data that lie there."""

from __future__ import annotations

from functools import cache

import polars as pl

from muster.catalog.reference.sensitive_data import Regulation, Word, data_kinds, data_places, regulations
from muster.pipeline.validate.phrases import MEANINGS, Phrases

PERSONAL = "personal"


def told_places(texts: pl.Series) -> pl.DataFrame:
    """Return for each text `meanings` (areas of one place, joined by `;`) and `names` (titles of places)."""
    return _place_phrases().told(texts)


def areas(meanings: pl.Expr) -> pl.Expr:
    """Return the areas of all places that a text names, List(String)."""
    return meanings.list.join(";").str.split(";").list.eval(pl.element().filter(pl.element() != ""))


def without_common_area(meanings: pl.Series) -> pl.Series:
    """Return for each list of places whether no law holds in all of them; False for fewer than two."""
    frame = meanings.alias(MEANINGS).to_frame().with_row_index("row")
    several = frame.filter(pl.col(MEANINGS).list.len() > 1)
    distinct = several.select(MEANINGS).unique().with_row_index("set")
    counts = (
        distinct.with_columns(pl.col(MEANINGS).list.len().alias("places"))
        .explode(MEANINGS)
        .with_columns(pl.col(MEANINGS).str.split(";").alias("area"))
        .explode("area")
        .group_by("set", "area")
        .agg(pl.len().alias("having"), pl.col("places").first())
    )
    shared = counts.filter(pl.col("having") == pl.col("places")).select("set").unique()
    apart = distinct.join(shared, on="set", how="anti").select(MEANINGS, pl.lit(value=True).alias("apart"))
    joined = frame.join(apart, on=MEANINGS, how="left", maintain_order="left")
    return joined.select(pl.col("apart").fill_null(value=False)).to_series()


def told_regulations(elements: pl.Series) -> pl.Series:
    """Return List(String) of the ids of the regulations that each text names."""
    return _regulation_phrases().told(elements).get_column(MEANINGS)


def is_personal(kinds: pl.Expr) -> pl.Expr:
    """Whether any of a list of kinds of data is about people."""
    personal = [kind.id for kind in data_kinds().values() if kind.is_personal]
    return kinds.list.eval(pl.element().is_in(personal)).list.any()


def implied(kinds: pl.Expr, places: pl.Expr) -> pl.Expr:
    """Return List(String) of the regulations that follow from a list of kinds and a list of areas."""
    return pl.concat_list(
        pl.when(_covers(regulation, kinds) & _holds(regulation, places)).then(pl.lit(regulation.id))
        for regulation in regulations().values()
        if regulation.covers
    ).list.drop_nulls()


def missing(implied_ones: pl.Expr, stated: pl.Expr) -> pl.Expr:
    """Return of the implied regulations those that are not stated, nor one that will do as well."""
    accepted = {item.id: item.accepts for item in regulations().values() if item.accepts}
    known = stated
    for regulation, others in accepted.items():
        also = pl.when(pl.any_horizontal(stated.list.contains(other) for other in others)).then(pl.lit([regulation]))
        known = known.list.set_union(also.otherwise(pl.lit([], dtype=pl.List(pl.String))))
    return implied_ones.list.set_difference(known)


def unfounded(stated: pl.Expr, kinds: pl.Expr) -> pl.Expr:
    """Return of the stated regulations those that cover none of the kinds."""
    return pl.concat_list(
        pl.when(stated.list.contains(regulation.id) & ~_covers(regulation, kinds)).then(pl.lit(regulation.id))
        for regulation in regulations().values()
        if regulation.covers
    ).list.drop_nulls()


def _covers(regulation: Regulation, kinds: pl.Expr) -> pl.Expr:
    if PERSONAL in regulation.covers:
        return is_personal(kinds)
    return pl.any_horizontal(kinds.list.contains(kind) for kind in regulation.covers)


def _holds(regulation: Regulation, places: pl.Expr) -> pl.Expr:
    if not regulation.areas:
        return pl.lit(value=True)
    return pl.any_horizontal(places.list.contains(area) for area in regulation.areas)


@cache
def _place_phrases() -> Phrases:
    return Phrases(
        tuple(
            Word(words, ";".join(place.areas), place.title, place.source)
            for place in data_places()
            for words in (*place.words, *(f"={code}" for code in place.codes))
        )
    )


@cache
def _regulation_phrases() -> Phrases:
    return Phrases(
        tuple(
            Word(words, regulation.id, regulation.title, regulation.source)
            for regulation in regulations().values()
            for words in regulation.words
        )
    )
