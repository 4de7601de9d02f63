"""Writes the one JSON document of `--json`."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping


def print_json(document: object) -> None:
    """Write `document` (values of the use cases as they are) to stdout in UTF-8, whatever the terminal speaks."""
    text = json.dumps(document, default=plain, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    # a file name that is no UTF-8 has lone surrogates: escaped, they are JSON again
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return what stands for `value` in JSON: a dataclass by its fields, ids and times as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return dict(_mapping(value))


def _mapping(value: object) -> Mapping[str, object]:
    if not hasattr(value, "keys"):
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return value  # type: ignore[return-value]  # has keys: a mapping that is no dict
