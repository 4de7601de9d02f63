"""How long data is kept, read from free words: a number of days, no end, or nothing that can be read."""

from __future__ import annotations

import polars as pl

WITHOUT_END = -1
"""What `days` gives for data that is kept without end."""

_DAYS = {
    365: r"y|yrs?|years?|jahre?n?|ans?|annees?|années?|ano?s?|años?|anni",
    30: r"mon?|mths?|months?|monate?n?|mois|mes|meses|mês|mesi",
    7: r"w|wks?|weeks?|wochen?|semaines?|semanas?|settimane",
    1: r"d|days?|tage?n?|jours?|d[ií]as?|giorni",
}
"""Days of a unit; a year has 365, a month 30, so that 12 months and a year are alike within the tolerance."""

_UNLIMITED = (
    r"indefinit|for ?ever|permanent|unlimited|perpetual|never delet|no limit|without limit|until revoked|unbegrenzt|"
    r"dauerhaft|unbefristet|illimit|indefinid|ilimitad|permanente"
)


def periods(texts: pl.Series) -> pl.Series:
    """Return the first period that each text names, in days (Float64); WITHOUT_END, or null when it names none.

    `7 years post-employment` is 2555, `P90D` is 90. Each distinct text is read once.
    """
    distinct = texts.alias("text").unique().to_frame().with_columns(_days(pl.col("text")).alias("days"))
    return (
        texts.alias("text").to_frame().join(distinct, on="text", how="left", maintain_order="left").get_column("days")
    )


def _days(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase()
    found = pl.coalesce(
        lower.str.extract(rf"(\d+(?:[.,]\d+)?)[\s-]*(?:{units})(?:$|[^\p{{L}}])")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
        * length
        for length, units in _DAYS.items()
    )
    return pl.when(lower.str.contains(_UNLIMITED)).then(pl.lit(float(WITHOUT_END))).otherwise(found)


def differs(shortest: pl.Expr, longest: pl.Expr) -> pl.Expr:
    """Whether two periods differ by more than calendars do (12 months are a year); no end differs from any end."""
    return (shortest < 0) != (longest < 0) | (longest > shortest * 1.03)


def spoken(period: pl.Expr) -> pl.Expr:
    """Return a period in days in words: `90 days`, or `without end`."""
    return (
        pl.when(period < 0)
        .then(pl.lit("without end"))
        .otherwise(pl.concat_str(period.round(0).cast(pl.Int64, strict=False), pl.lit(" days")))
    )
