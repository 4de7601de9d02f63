"""The floor that every ratio is measured against: COPY of the rows as JSONB objects into a plain keyed table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl
import psycopg

if TYPE_CHECKING:
    from pathlib import Path

_ROWS_AT_ONCE = 50_000


def measure_floor(owner_url: str, source: Path) -> float:
    """Seconds that PostgreSQL needs to take the rows of `source` in; making the text is not counted."""
    spent = 0.0
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("drop table if exists public.bench_floor")
        connection.execute("create table public.bench_floor (id bigint primary key, raw jsonb not null)")
        with connection.transaction(), connection.cursor() as cursor:
            rows = pl.read_csv(source, infer_schema=False)
            with cursor.copy("copy public.bench_floor (id, raw) from stdin") as copy:
                for start in range(0, rows.height, _ROWS_AT_ONCE):
                    text = _copy_text(rows.slice(start, _ROWS_AT_ONCE), start)
                    began = time.perf_counter()
                    copy.write(text)
                    spent += time.perf_counter() - began
                began = time.perf_counter()
        spent += time.perf_counter() - began
        connection.execute("drop table public.bench_floor")
    return spent


def _copy_text(rows: pl.DataFrame, start: int) -> bytes:
    objects = rows.select(pl.struct(pl.all()).struct.json_encode().str.replace_all("\\", "\\\\", literal=True))
    numbered = objects.to_series().rename("raw").to_frame().with_row_index("id", offset=start)
    return numbered.write_csv(include_header=False, separator="\t", quote_style="never").encode()
