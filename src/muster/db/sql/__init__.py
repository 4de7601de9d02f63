"""SQL too long to stand in Python: functions, views, bulk statements; one file per subject, read by name."""

from __future__ import annotations

from importlib.resources import files


def read_sql(name: str) -> str:
    """Return the text of `<name>.sql` in this folder. Raises FileNotFoundError."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
