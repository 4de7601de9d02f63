"""Values of one row that can not all be true, and observations too old to rely on, as expressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

STALE_DAYS = 90
"""An inventory observation older than a quarter says little about a machine that is to be moved."""

_ROUNDING = 1.01
"""Tools round used and total apart, and convert units apart."""

_LINUX = r"(?i)\b(?:linux|ubuntu|debian|centos|rhel|red ?hat|suse|sles|fedora|rocky|alma|alpine|amazon linux)\b"
_WINDOWS = r"(?i)\bwin(?:dows)?\b"
_KERNEL = r"(?i)^(?:linux\b|[2-6]\.\d+\.\d+-\d|el[5-9]\b)|\b(?:generic|el[5-9]|amzn[12])\b"
_WINDOWS_VERSION = r"(?i)\bwindows\b|\b(?:2000|2003|2008|2012|2016|2019|2022|2025) ?(?:r2|server|standard|datacenter)\b"
_NETBIOS = 15
"""Length at which Windows cuts a NetBIOS name."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`code` applies to a row where `holds` is true; `fields` must all be there; the last one is blamed."""

    code: str
    fields: tuple[str, ...]
    holds: Callable[[], pl.Expr]

    @property
    def blamed(self) -> str:
        """The field at which the finding is shown."""
        return self.fields[-1]


def _other_family() -> pl.Expr:
    system, version = pl.col("operating_system"), pl.col("os_version")
    linux, windows = system.str.contains(_LINUX), system.str.contains(_WINDOWS)
    return (linux & ~windows & version.str.contains(_WINDOWS_VERSION)) | (
        windows & ~linux & (version.str.contains(_LINUX) | version.str.contains(_KERNEL))
    )


def _above(part: str, whole: str) -> pl.Expr:
    return (pl.col(whole) > 0) & (pl.col(part) > pl.col(whole) * _ROUNDING)


def _other_host() -> pl.Expr:
    """Whether a bare host name is neither the first label of the full name nor its NetBIOS cut."""
    full, name = pl.col("fqdn"), pl.col("hostname")
    # the name has no dot, so what begins with it is the first label
    is_label = (full == name) | full.str.starts_with(pl.concat_str(name, pl.lit(".")))
    cut = (name.str.len_chars() == _NETBIOS) & full.str.starts_with(name)
    return ~name.str.contains(".", literal=True) & ~is_label & ~cut


CONTRADICTIONS = (
    Contradiction("os_version_of_other_system", ("operating_system", "os_version"), _other_family),
    Contradiction(
        "used_above_total", ("storage_gb", "storage_used_gb"), lambda: _above("storage_used_gb", "storage_gb")
    ),
    Contradiction(
        "used_above_total", ("storage_gb", "storage_free_gb"), lambda: _above("storage_free_gb", "storage_gb")
    ),
    Contradiction(
        "running_but_retired",
        ("power_state", "operational_status"),
        lambda: (pl.col("power_state") == "on") & (pl.col("operational_status") == "retired"),
    ),
    Contradiction(
        "fewer_cores_than_sockets",
        ("cpu_sockets", "cpu_cores"),
        lambda: (pl.col("cpu_cores") > 0) & (pl.col("cpu_cores") < pl.col("cpu_sockets")),
    ),
    Contradiction("names_disagree", ("fqdn", "hostname"), _other_host),
    Contradiction("dates_reversed", ("first_seen", "last_seen"), lambda: pl.col("last_seen") < pl.col("first_seen")),
    Contradiction(
        "dates_reversed",
        ("installed_at", "last_seen"),
        lambda: pl.col("last_seen").dt.date() < pl.col("installed_at"),
    ),
)

OBSERVED = ("first_seen", "last_seen", "sampled_at", "installed_at")
"""Fields whose day has come before the file was made."""

SEEN = ("last_seen", "sampled_at")
"""Fields that say when the record was last known to be true."""


def contradictions(columns: Collection[str]) -> tuple[Contradiction, ...]:
    """Return the contradictions that a frame with these columns can show."""
    return tuple(item for item in CONTRADICTIONS if all(name in columns for name in item.fields))


def in_future(name: str, as_of: date) -> pl.Expr:
    """Whether an observation lies after `as_of`; a day of grace, since time zones differ."""
    return pl.col(name).cast(pl.Date) > as_of + timedelta(days=1)


def age_days(name: str, as_of: date) -> pl.Expr:
    """Return the age of an observation at `as_of` in whole days (Int64)."""
    return (pl.lit(as_of) - pl.col(name).cast(pl.Date)).dt.total_days()


def is_stale(name: str, as_of: date) -> pl.Expr:
    """Whether the observation is older than STALE_DAYS."""
    return pl.col(name).cast(pl.Date) < as_of - timedelta(days=STALE_DAYS)
