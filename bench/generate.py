"""Makes CMDB exports of any size from a seed: the same seed and size give the same bytes.

A million rows of fifteen columns, about 230 bytes each, as in the measurements of the design. The second source speaks
of the same machines in another order, and differs in three of ten of its values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_260_101
CHANGED = 0.3
_CHUNK = 250_000

_SYSTEMS = ["Windows Server 2019 Datacenter", "Red Hat Enterprise Linux 8.9", "Ubuntu 22.04.4 LTS", "SUSE Linux 15 SP5"]
_MODELS = ["ProLiant DL380 Gen10", "PowerEdge R740", "ThinkSystem SR650", "UCS C240 M5"]
_MAKERS = ["HPE", "Dell", "Lenovo", "Cisco"]
_ENVIRONMENTS = ["production", "staging", "test", "development"]
_OWNERS = [f"Business Unit {number:02d}" for number in range(40)]
_PLACES = ["Frankfurt", "Dublin", "Chicago", "Singapore", "Sao Paulo"]


def write_source(path: Path, rows: int, *, second: bool = False, only: int | None = None) -> None:
    """Write one export of `rows` machines to `path`; `second` for the second source.

    `only`: as many of the machines, chosen at random, as a small third source that differs like the second.
    """
    random = np.random.default_rng(SEED)
    order = np.random.default_rng(SEED + 1).permutation(rows) if second or only else np.arange(rows)
    draws = random.integers(0, 2**31, size=(rows, 4))
    changes = np.random.default_rng(SEED + 2)
    with path.open("wb") as file:
        for start in range(0, only or rows, _CHUNK):
            which = order[start : min(start + _CHUNK, only or rows)]
            frame = _machines(which, draws[which])
            if second or only:
                frame = _differing(frame, changes)
            frame.write_csv(file, include_header=start == 0)


def _machines(which: np.ndarray, draws: np.ndarray) -> pl.DataFrame:
    number = pl.Series("number", which)
    maker = draws[:, 0] % len(_MAKERS)
    return pl.DataFrame(
        {
            "Name": pl.select(pl.format("srv-{}", number.cast(pl.String).str.zfill(7))).to_series(),
            "FQDN": pl.select(pl.format("srv-{}.corp.example.com", number.cast(pl.String).str.zfill(7))).to_series(),
            "Serial Number": pl.select(pl.format("CZ{}X", (number + 10_000_000).cast(pl.String))).to_series(),
            "Manufacturer": pl.Series(_MAKERS).gather(maker),
            "Model": pl.Series(_MODELS).gather(maker),
            "UUID": _uuids(which),
            "IP Address": pl.select(
                pl.format(
                    "10.{}.{}.{}", pl.lit(number // 65_536 % 256), pl.lit(number // 256 % 256), pl.lit(number % 256)
                )
            ).to_series(),
            "Operating System": pl.Series(_SYSTEMS).gather(draws[:, 1] % len(_SYSTEMS)),
            "CPU Cores": 2 ** (1 + draws[:, 2] % 5),
            "Memory (GB)": 2 ** (2 + draws[:, 3] % 7),
            "Storage (GB)": 50 + draws[:, 1] % 2_000,
            "Environment": pl.Series(_ENVIRONMENTS).gather(draws[:, 2] % len(_ENVIRONMENTS)),
            "Location": pl.Series(_PLACES).gather(draws[:, 3] % len(_PLACES)),
            "Business Owner": pl.Series(_OWNERS).gather(draws[:, 0] % len(_OWNERS)),
            "Description": pl.select(pl.format("standard build {}", pl.lit(number % 977))).to_series(),
        }
    )


def _uuids(which: np.ndarray) -> pl.Series:
    mixed = which.astype(np.uint64) * np.uint64(6_364_136_223_846_793_005) + np.uint64(SEED)
    digits = pl.Series("uuid", mixed).cast(pl.String).str.zfill(20)
    return pl.select(
        pl.format(
            "{}-{}-4{}-8{}-{}",
            digits.str.slice(0, 8),
            digits.str.slice(8, 4),
            digits.str.slice(12, 3),
            digits.str.slice(15, 3),
            pl.Series(which).cast(pl.String).str.zfill(12),
        )
    ).to_series()


def _differing(frame: pl.DataFrame, changes: np.random.Generator) -> pl.DataFrame:
    """Another value in three of ten cells of the columns on which sources may differ."""
    columns = {}
    for name in ("Operating System", "CPU Cores", "Memory (GB)", "Storage (GB)", "Location", "Business Owner"):
        chosen = pl.Series(changes.random(frame.height) < CHANGED)
        other = frame[name] + " (second)" if frame[name].dtype == pl.String else frame[name] + 1
        columns[name] = pl.select(pl.when(chosen).then(other).otherwise(frame[name])).to_series()
    return frame.with_columns(**columns)
